// SPDX-License-Identifier: Apache-2.0
#if Tools
import ContextTraceFormat

/// A trace as a busy server would leave it, made up: for tests, and to see the page without a recording.
///
/// Each request has a context in a task; it starts child tasks, hands work to queues and event loops, calls another service,
/// and now and then uses a plain `DispatchQueue.async`, where the request's id gets lost.
public struct ExampleTrace {
    private var random: SplitMix64
    private var trace = Trace(header: TraceHeader(program: "example-server"))
    private var nextLane: UInt64 = 100
    private var nextContext: UInt64 = 1
    private var nextFlow: UInt64 = 1
    /// When each thread has done what it was given.
    private var busyUntil: [UInt64: UInt64] = [:]

    private static let loops: [UInt64] = [1, 2, 3, 4]
    private static let workers: [UInt64] = [11, 12, 13, 14, 15, 16]

    /// Makes a trace.
    ///
    /// - Parameters:
    ///   - count: The least number of events; the last request is finished.
    ///   - seed: Equal seeds make equal traces.
    /// - Complexity: O(*n* log *n*) for *n* events.
    public static func make(events count: Int, seed: UInt64 = 1) -> Trace {
        var example = ExampleTrace(random: SplitMix64(state: seed))
        var time: UInt64 = 5_000
        var number = 1
        while example.trace.events.count < count {
            example.request(number, from: time)
            number += 1
            time += 4_000 + example.random.next() % 60_000
        }
        let sorted = example.trace.events.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }
        example.trace.events = sorted.map(\.element)
        return example.trace
    }

    private init(random: SplitMix64) {
        self.random = random
        trace.lanes =
            Self.loops.map { TraceLane($0, .thread, name: "event loop \($0)") }
            + Self.workers.map { TraceLane($0, .thread, name: "worker \($0 - 10)") }
    }

    // MARK: - A request

    private mutating func request(_ number: Int, from start: UInt64) {
        let path = ["/orders", "/orders/7", "/stock", "/login", "/reports"][Int(random.next() % 5)]
        let lane = makeLane("GET \(path)")
        let context = makeContext()
        var time = start
        add(.made, time, lane, context, place: "Server/Middleware.swift:21")
        add(.entered, advance(&time, 300), lane, context, place: "Server/Middleware.swift:22")
        set("request.id", "r-\(number)", advance(&time, 200), lane, context, "Server/Middleware.swift:24")
        let tenant = ["acme", "globex", "initech"][Int(random.next() % 3)]
        set("tenant", tenant, advance(&time, 200), lane, context, "Server/Authentication.swift:40")
        var end = time
        for step in 0..<(2 + Int(random.next() % 4)) {
            advance(&time, 5_000 + random.next() % 40_000)
            end = max(end, self.step(step, time, lane, context))
        }
        time = max(time, end) + 1_000 + random.next() % 20_000
        add(.left, time, lane, context)
    }

    private mutating func step(_ step: Int, _ time: UInt64, _ lane: UInt64, _ context: UInt64) -> UInt64 {
        switch random.next() % 64 {
        case 0..<20: childTask(step, time, lane, context)
        case 20..<41:
            block("EventLoop.execute", on: Self.loops, time, lane, context, "Server/Database.swift:\(80 + step)")
        case 41..<63:
            block("DispatchQueue.async", on: Self.workers, time, lane, context, "Server/Images.swift:\(33 + step)")
        default: lostBlock(time, lane, context)
        }
    }

    private mutating func childTask(_ step: Int, _ time: UInt64, _ lane: UInt64, _ context: UInt64) -> UInt64 {
        let child = makeLane(["load stock", "load prices", "audit"][step % 3])
        let copy = makeContext()
        var time = time
        let flow = handOver("Task", time, lane, context, "Server/Handler.swift:\(50 + step)")
        add(.arrived, advance(&time, 900 + random.next() % 2_000), child, copy, flow: flow)
        add(.entered, time, child, copy)
        set("request.attempt", "\(1 + random.next() % 3)", advance(&time, 700), child, copy, "Server/Retry.swift:18")
        add(.sent, advance(&time, 3_000), child, copy, peer: "inventory", place: "Server/Client.swift:61")
        add(.received, advance(&time, 20_000 + random.next() % 60_000), child, copy, peer: "inventory")
        add(.left, advance(&time, 2_000), child, copy)
        return time
    }

    private mutating func block(
        _ via: String, on threads: [UInt64], _ time: UInt64, _ lane: UInt64, _ context: UInt64, _ place: String
    ) -> UInt64 {
        let thread = threads[Int(random.next() % UInt64(threads.count))]
        let flow = handOver(via, time, lane, context, place)
        var time = max(time + 800 + random.next() % 5_000, (busyUntil[thread] ?? 0) + 200)
        let copy = makeContext()
        add(.arrived, time, thread, copy, flow: flow)
        add(.entered, time, thread, copy, place: place)
        if random.next() % 3 == 0 {
            set("shard", "s\(random.next() % 8)", advance(&time, 500), thread, copy, "Server/Shards.swift:12")
        }
        add(.left, advance(&time, 3_000 + random.next() % 15_000), thread, copy)
        busyUntil[thread] = time
        return time
    }

    /// A plain block, without `context:`.
    private mutating func lostBlock(_ time: UInt64, _ lane: UInt64, _ context: UInt64) -> UInt64 {
        let place = ["Server/Archive.swift:77", "Server/Mail.swift:19"][Int(random.next() % 2)]
        let thread = Self.workers[Int(random.next() % UInt64(Self.workers.count))]
        let flow = handOver("DispatchQueue.async", time, lane, context, place)
        let time = max(time + 1_000 + random.next() % 5_000, (busyUntil[thread] ?? 0) + 200)
        trace.events.append(
            TraceEvent(.lost, time: time, lane: thread, flow: flow, variable: "request.id", place: "Server/Log.swift:9")
        )
        busyUntil[thread] = time + 500
        return time
    }

    // MARK: - Events

    @discardableResult
    private func advance(_ time: inout UInt64, _ nanoseconds: UInt64) -> UInt64 {
        time += nanoseconds
        return time
    }

    private mutating func makeLane(_ name: String) -> UInt64 {
        nextLane += 1
        trace.lanes.append(TraceLane(nextLane, .task, name: name))
        return nextLane
    }

    private mutating func makeContext() -> UInt64 {
        nextContext += 1
        return nextContext
    }

    private mutating func handOver(
        _ via: String, _ time: UInt64, _ lane: UInt64, _ context: UInt64, _ place: String
    ) -> UInt64 {
        nextFlow += 1
        add(.handover, time, lane, context, flow: nextFlow, via: via, place: place)
        return nextFlow
    }

    private mutating func set(
        _ variable: String, _ value: String, _ time: UInt64, _ lane: UInt64, _ context: UInt64, _ place: String
    ) {
        trace.events.append(
            TraceEvent(
                .set, time: time, lane: lane, context: context, variable: variable, value: value, place: place))
    }

    private mutating func add(
        _ kind: TraceEvent.Kind, _ time: UInt64, _ lane: UInt64, _ context: UInt64, flow: UInt64? = nil,
        via: String? = nil, peer: String? = nil, place: String? = nil
    ) {
        trace.events.append(
            TraceEvent(
                kind, time: time, lane: lane, context: context, flow: flow, via: via, peer: peer, place: place))
    }
}
#endif
