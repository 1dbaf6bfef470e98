// SPDX-License-Identifier: Apache-2.0
import CMeasure
import ContextVars
import ContextVarsAutomatic
import Dispatch
import Foundation
import Harness

/// What it costs that contexts follow work by themselves.
enum Automatic {
    static let rows = [
        Row("automatic: price of a handover, no context", against: "10 ns", bar: 1) {
            Sides(ours: { try priceWithoutContext($0) }, peer: { tenNanoseconds($0) })
        },
        Row("automatic: queue.async and its block, no context", against: "switched off", bar: 1.1) {
            Sides(
                ours: { try following($0, handOver) },
                peer: { try notFollowing($0, handOver) })
        },
        Row("automatic: queue.async and its block, in a context", against: "switched off", bar: 1.3) {
            Sides(
                ours: { meter in try inContext { try following(meter, handOver) } },
                peer: { meter in try inContext { try notFollowing(meter, handOver) } })
        },
        Row("automatic: queue.async and its block, in a context", against: "queue.async { snapshot.run }", bar: nil) {
            Sides(
                ours: { meter in try inContext { try following(meter, handOver) } },
                peer: { meter in try inContext { try notFollowing(meter, handOverSnapshot) } })
        },
        Row("automatic: a thread, in a context", against: "switched off", bar: 1.3) {
            Sides(
                ours: { meter in
                    try await onOneProcessor(meter) { meter in try inContext { try following(meter, startThreads) } }
                },
                peer: { meter in
                    try await onOneProcessor(meter) { meter in try inContext { try notFollowing(meter, startThreads) } }
                })
        },
    ]

    /// How many blocks a queue is given before it may run them, as a busy one has.
    private static let depth = 200

    private static func inContext(_ body: () throws -> Void) throws {
        try Context().run {
            try Variables.number.set(1)
            try body()
        }
    }

    private static func following(_ meter: Meter, _ body: (Meter) throws -> Void) throws {
        try AutomaticPropagation.enable()
        defer { AutomaticPropagation.disable() }
        try body(meter)
    }

    private static func notFollowing(_ meter: Meter, _ body: (Meter) throws -> Void) throws {
        AutomaticPropagation.disable()
        try body(meter)
    }

    // MARK: Whole handovers

    /// Hands blocks over to a queue, and waits until it has run them.
    private static func handOver(_ meter: Meter) {
        handOver(meter) { queue, number in queue.async { keep(number) } }
    }

    private static func handOverSnapshot(_ meter: Meter) {
        handOver(meter) { queue, number in
            let snapshot = ContextSnapshot.current
            queue.async { snapshot.run { keep(number) } }
        }
    }

    private static func handOver(_ meter: Meter, by async: (DispatchQueue, Int) -> Void) {
        let queue = DispatchQueue(label: "compare.automatic")
        let done = DispatchSemaphore(value: 0)
        meter.measure(per: depth) { iterations in
            for _ in 0..<iterations {
                queue.suspend()
                for number in 0..<depth { async(queue, number) }
                queue.async { done.signal() }
                queue.resume()
                done.wait()
            }
        }
    }

    /// Runs a side on a thread that stays on one processor, and so do the threads that it starts: else the row would measure how
    /// long another processor takes to wake up.
    private static func onOneProcessor(
        _ meter: Meter, _ side: @escaping @Sendable (Meter) throws -> Void
    ) async throws {
        let figure = try await Places.thread(meter.batch) { meter in
            measure_keep_thread_on(0)
            try side(meter)
        }
        meter.record(perOperation: figure)
    }

    private static func startThreads(_ meter: Meter) {
        let done = DispatchSemaphore(value: 0)
        meter.measure { iterations in
            for _ in 0..<iterations {
                Thread.detachNewThread { done.signal() }
                done.wait()
            }
        }
    }

    // MARK: The price alone

    private typealias DispatchAsync = @convention(c) (OpaquePointer, @convention(block) () -> Void) -> Void

    /// What a call costs more than one of libdispatch's own function, which a dynamic program has beside ours.
    private static func priceWithoutContext(_ meter: Meter) throws {
        try AutomaticPropagation.enable()
        defer { AutomaticPropagation.disable() }
        let library = try Libdispatch()
        let ours = unsafeBitCast(try Libdispatch.address("dispatch_async", in: nil), to: DispatchAsync.self)
        let own = unsafeBitCast(try library.address("dispatch_async"), to: DispatchAsync.self)
        let block: @convention(block) () -> Void = {}

        var price = 0.0
        for iteration in 0..<meter.iterations {
            let queue = library.makeSuspendedQueue()
            let (first, second) = iteration.isMultiple(of: 2) ? (ours, own) : (own, ours)
            let start = measure_now()
            for _ in 0..<depth { first(queue, block) }
            let middle = measure_now()
            for _ in 0..<depth { second(queue, block) }
            let end = measure_now()
            let difference = Double(end - middle) - Double(middle - start)
            price += iteration.isMultiple(of: 2) ? -difference : difference
            library.resumeAndRelease(queue)
        }
        meter.record(max(price, 0), operations: meter.iterations * depth)
    }

    private static func tenNanoseconds(_ meter: Meter) {
        meter.record(10 * Double(meter.iterations * 1000), operations: meter.iterations * 1000)
    }
}

/// libdispatch's own functions: those that callers would reach without ContextVarsAutomatic.
private struct Libdispatch {
    private let library: UnsafeMutableRawPointer
    private let create: @convention(c) (UnsafePointer<CChar>?, OpaquePointer?) -> OpaquePointer
    private let suspend: @convention(c) (OpaquePointer) -> Void
    private let resume: @convention(c) (OpaquePointer) -> Void
    private let release: @convention(c) (OpaquePointer) -> Void

    /// - Throws: ``Unavailable`` in a static program, which has no such library.
    init() throws {
        guard let library = dlopen("libdispatch.so", RTLD_NOW | RTLD_NOLOAD) else {
            throw Unavailable("libdispatch.so, beside a static program's own")
        }
        self.library = library
        create = unsafeBitCast(try Self.address("dispatch_queue_create", in: library), to: type(of: create))
        suspend = unsafeBitCast(try Self.address("dispatch_suspend", in: library), to: type(of: suspend))
        resume = unsafeBitCast(try Self.address("dispatch_resume", in: library), to: type(of: resume))
        release = unsafeBitCast(try Self.address("dispatch_release", in: library), to: type(of: release))
    }

    func address(_ name: String) throws -> UnsafeMutableRawPointer { try Self.address(name, in: library) }

    static func address(_ name: String, in library: UnsafeMutableRawPointer?) throws -> UnsafeMutableRawPointer {
        guard let address = dlsym(library, name) else { throw Unavailable(name) }
        return address
    }

    func makeSuspendedQueue() -> OpaquePointer {
        let queue = create("compare.automatic", nil)
        suspend(queue)
        return queue
    }

    /// Lets a queue run what it has; libdispatch keeps it until then.
    func resumeAndRelease(_ queue: OpaquePointer) {
        resume(queue)
        release(queue)
    }
}
