// SPDX-License-Identifier: Apache-2.0
import ContextTraceFormat
import ContextVars
import ContextVarsDiagnostics
import ContextVarsDispatch
import Dispatch
import Foundation
import Testing

private let tenant = ContextVar("request.tenant", default: "public").printable()
private let secret = ContextVar("secret", default: "none")

extension Diagnosing {
    @Suite struct RecorderTests {
        /// What a body leaves in the trace.
        private func recorded(
            limits: ContextRecorder.Limits = .init(), _ body: () async throws -> Void
        ) async rethrows -> Trace {
            ContextRecorder.start(limits: limits)
            defer { ContextRecorder.stop() }
            try await body()
            ContextRecorder.stop()
            return ContextRecorder.trace()
        }

        @Test func `A context is made, entered, changed and left, in this order, with lines`() async throws {
            let line = #line + 4
            let trace = try await recorded {
                let context = Context()
                try context.run {
                    let token = try tenant.set("acme")
                    try secret.set("key")
                    try tenant.reset(token)
                }
            }
            let context = try #require(trace.events.first { $0.variable == "request.tenant" }?.context)
            let events = trace.events.filter { $0.context == context }
            #expect(events.map(\.kind) == [.made, .entered, .set, .set, .reset, .left])
            #expect(events.map(\.variable) == [nil, nil, "request.tenant", "secret", "request.tenant", nil])
            #expect(events.map(\.value) == [nil, nil, "acme", nil, nil, nil])
            #expect(events[2].place == "ContextVarsDiagnosticsTests/RecorderTests.swift:\(line)")
            #expect(events.map(\.time) == events.map(\.time).sorted())
            #expect(trace.header.dropped == 0)
        }

        @Test func `A task's copy is handed over and arrives in the task's lane`() async throws {
            let trace = await recorded {
                await tenant.withValue("acme") {
                    await Task(name: "worker") { _ = tenant.get() }.value
                }
            }
            let lane = try #require(trace.lanes.first { $0.name == "worker" })
            #expect(lane.kind == .task)
            let arrival = try #require(trace.events.first { $0.lane == lane.id && $0.kind == .arrived })
            let handover = try #require(trace.events.first { $0.kind == .handover && $0.flow == arrival.flow })
            #expect(handover.via == "Task")
            #expect(handover.lane != lane.id)
            let made = try #require(trace.events.first { $0.kind == .made && $0.context == arrival.context })
            #expect(made.parent != nil)
            #expect(trace.events.contains { $0.kind == .left && $0.lane == lane.id && $0.context == arrival.context })
        }

        @Test func `Work with a context goes from one thread to another`() async throws {
            let trace = await recorded {
                await tenant.withValue("acme") {
                    await withCheckedContinuation { continuation in
                        DispatchQueue(label: "recorded").async(context: .current) { continuation.resume() }
                    }
                }
            }
            let arrival = try #require(trace.events.last { $0.kind == .arrived && ($0.flow ?? 0) % 2 == 1 })
            let handover = try #require(trace.events.first { $0.kind == .handover && $0.flow == arrival.flow })
            #expect(handover.lane != arrival.lane)
            #expect(handover.time < arrival.time)
            let entered = try #require(trace.events.first { $0.kind == .entered && $0.lane == arrival.lane })
            #expect(arrival.context == entered.context)
            #expect(handover.context != nil)
        }

        @Test func `What runs in a snapshot comes from where that was taken, each time`() async throws {
            let line = #line + 3
            let trace = try await recorded {
                try await tenant.withValue("acme") {
                    let snapshot = ContextSnapshot.current.with(secret, "key")
                    await Task.detached {
                        snapshot.run { _ = try? secret.set("first") }
                        snapshot.wrap { _ = try? secret.set("second") }()
                    }.value
                    try ContextSnapshot().with(secret, "of no context").run { try secret.set("third") }
                }
            }
            let handovers = trace.events.filter { $0.kind == .handover && $0.via == "ContextSnapshot" }
            let tenantContext = try #require(trace.events.first { $0.kind == .entered }?.context)
            #expect(handovers.map(\.context) == [tenantContext, tenantContext])
            let arrivals = handovers.compactMap { handover in
                trace.events.first { $0.kind == .arrived && $0.flow == handover.flow }
            }
            let sets = trace.events.filter { $0.kind == .set && $0.variable == "secret" }
            #expect(arrivals.map(\.context) == sets.prefix(2).map(\.context))
            #expect(sets.count == 3)
            #expect(Set(handovers.map(\.flow)).count == 2)
            if Lines.areKnown {
                #expect(handovers.first?.place == "ContextVarsDiagnosticsTests/RecorderTests.swift:\(line)")
            }
        }

        @Test func `A lost read is recorded`() async {
            let trace = await recorded {
                await Task.detached { _ = secret.get() }.value
            }
            #expect(trace.events.filter { $0.kind == .lost }.map(\.variable) == ["secret"])
        }

        @Test func `Under load, an export has what the rings have and says what they overwrote`() async throws {
            let (threads, sets) = (4, 5000)
            let trace = try await recorded(limits: .init(eventsPerThread: 1024)) {
                DispatchQueue.concurrentPerform(iterations: threads) { _ in
                    ContextSnapshot().run { for number in 0..<sets { _ = try? secret.set("\(number)") } }
                }
                // Others go on while this one looks.
                let task = Task.detached {
                    ContextSnapshot().run { while !Task.isCancelled { _ = try? secret.set("x") } }
                }
                for _ in 0..<20 {
                    let trace = ContextRecorder.trace()
                    try #require(trace.events.map(\.time) == trace.events.map(\.time).sorted())
                    for event in trace.events where event.kind == .set { try #require(event.variable == "secret") }
                }
                task.cancel()
                await task.value
            }
            #expect(trace.header.dropped > 0)
            #expect(trace.events.count > 1000)
        }

        @Test func `What was recorded and what was dropped is all that happened`() async {
            let sets = 10_000
            let trace = await recorded(limits: .init(eventsPerThread: 1024)) {
                await Task.detached { ContextSnapshot().run { for _ in 0..<sets { _ = try? secret.set("x") } } }.value
            }
            let all = UInt64(trace.events.count) + trace.header.dropped
            #expect(all >= UInt64(sets) && all < UInt64(sets) + 20)
        }

        @Test func `Events beyond the limit of threads are counted as dropped`() async {
            let trace = await recorded(limits: .init(eventsPerThread: 64, threads: 1)) {
                let start = DispatchSemaphore(value: 0)
                let done = DispatchSemaphore(value: 0)
                for _ in 0..<3 {
                    Thread.detachNewThread {
                        start.wait()
                        ContextSnapshot().run { _ = try? secret.set("x") }
                        done.signal()
                    }
                }
                for _ in 0..<3 { start.signal() }
                await withCheckedContinuation { continuation in
                    Thread.detachNewThread {
                        for _ in 0..<3 { done.wait() }
                        continuation.resume()
                    }
                }
            }
            #expect(trace.header.dropped > 0)
        }

        @Test(arguments: ["jsonl", "json"]) func `A piece of code is recorded into a file`(name: String) async throws {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).\(name)")
            defer { try? FileManager.default.removeItem(at: file) }
            let result = try ContextRecorder.record(to: file.path) { tenant.withValue("acme") { tenant.get() } }
            #expect(result == "acme")
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(text.contains(#""format":"contextvars-trace""#))
            #expect(text.contains(#""k":"entered""#))
            #expect(text.hasPrefix(name == "json" ? #"{"displayTimeUnit""# : #"{"format""#))
            #expect(!ContextRecorder.isStarted)
        }

        @Test(arguments: [("ä", "ä"), ("a", "\u{301}")])
        func `A value longer than the limit is cut`(first: String, other: String) async throws {
            let trace = await recorded {
                ContextSnapshot().run { _ = try? tenant.set(first + String(repeating: other, count: 500)) }
            }
            let value = try #require(trace.events.first { $0.kind == .set }?.value)
            #expect(value.unicodeScalars.starts(with: (first + other).unicodeScalars))
            #expect(value.hasSuffix("…") && value.utf8.count <= 200)
        }

        @Test func `A thread that has recorded before records with other limits too`() async {
            await #expect(processExitsWith: .success) {
                let (next, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
                Thread.detachNewThread {
                    while true {
                        next.wait()
                        ContextSnapshot().run { _ = try? secret.set("x") }
                        done.signal()
                    }
                }
                for eventsPerThread in [4096, 64, 1024] {
                    ContextRecorder.start(limits: .init(eventsPerThread: eventsPerThread, threads: 1))
                    next.signal()
                    done.wait()
                    ContextRecorder.stop()
                    #expect(ContextRecorder.trace().events.contains { $0.kind == .set })
                }
            }
        }
    }
}
