// SPDX-License-Identifier: Apache-2.0
import CMeasure
import ContextVars
import Foundation
import Harness

/// What is done once in a place, a new task say: nothing is in the caches, and nothing is known of the place.
///
/// Each sample is one operation between two readings of the clock, less what one reading takes; a batch is the mean of
/// the middle half of many samples, each in its own place. Not the median: some clocks tick only every ten
/// nanoseconds.
enum FirstUse {
    static let rows = [
        Row("first get in a new task", against: "TaskLocal.get there", bar: 1.5) {
            Sides(
                ours: inContext { await inNewTasks($0) { keep(Variables.number.get()) } },
                peer: bound { await inNewTasks($0) { keep(Locals.number) } })
        },
        Row("first get after a hop to another thread", against: "TaskLocal.get there", bar: 1.5) {
            Sides(
                ours: inContext { await afterHops($0) { keep(Variables.number.get()) } },
                peer: bound { await afterHops($0) { keep(Locals.number) } })
        },
        Row("first withValue in a new task without a context", against: "TaskLocal.withValue there", bar: 1.5) {
            Sides(
                ours: { meter in
                    await inDetachedTasks(meter) { Variables.number.withValue(2) { keep(Variables.number.get()) } }
                },
                peer: { meter in
                    await inDetachedTasks(meter) { Locals.$number.withValue(2) { keep(Locals.number) } }
                })
        },
        Row("an actor hop and a read", against: "the same with TaskLocal", bar: 1.05) {
            Sides(
                ours: inContext { meter in
                    let reader = Reader()
                    await meter.measure { iterations in
                        for _ in 0..<iterations { keep(await reader.read()) }
                    }
                },
                peer: bound { meter in
                    let reader = Reader()
                    await meter.measure { iterations in
                        for _ in 0..<iterations { keep(await reader.readTaskLocal()) }
                    }
                })
        },
    ]

    /// How many samples a batch has.
    private static let samples = 400

    private typealias Work = nonisolated(nonsending) @Sendable (Meter) async throws -> Void

    private static func inContext(_ work: @escaping Work) -> Side {
        { meter in try await ReadValue.number.inContext { try await work(meter) } }
    }

    private static func bound(_ work: @escaping Work) -> Side {
        { meter in try await ReadValue.number.bound { try await work(meter) } }
    }

    private nonisolated(nonsending) static func inNewTasks(
        _ meter: Meter, _ operation: @escaping @Sendable () -> Void
    ) async {
        let batch = meter.batch
        var figures: [Double] = []
        for _ in 0..<samples { figures.append(await Task { batch.measureOnce(operation) }.value) }
        meter.record(perOperation: Statistics.middleMean(of: figures))
    }

    private nonisolated(nonsending) static func inDetachedTasks(
        _ meter: Meter, _ operation: @escaping @Sendable () -> Void
    ) async {
        let batch = meter.batch
        var figures: [Double] = []
        for _ in 0..<samples { figures.append(await Task.detached { batch.measureOnce(operation) }.value) }
        meter.record(perOperation: Statistics.middleMean(of: figures))
    }

    /// From one thread to another and back, so that each sample comes right after a hop.
    ///
    /// On two processors where there are as many.
    private nonisolated(nonsending) static func afterHops(
        _ meter: Meter, _ operation: @escaping @Sendable () -> Void
    ) async {
        let batch = meter.batch
        let actors = [ThreadActor(processor: 0), ThreadActor(processor: 1)]
        var figures: [Double] = []
        for sample in 0..<samples { figures.append(await actors[sample % 2].perform { batch.measureOnce(operation) }) }
        for actor in actors { actor.end() }
        meter.record(perOperation: Statistics.middleMean(of: figures))
    }
}

/// An actor on the default executor.
private actor Reader {
    func read() -> Int { Variables.number.get() }
    func readTaskLocal() -> Int { Locals.number }
}

/// An actor on a thread that is nobody else's.
private actor ThreadActor {
    private let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(processor: Int) {
        executor = ThreadExecutor(processor: processor)
    }

    func perform<Result: Sendable>(_ body: @Sendable () -> Result) -> Result { body() }

    /// Lets the thread end.
    nonisolated func end() { executor.end() }
}
