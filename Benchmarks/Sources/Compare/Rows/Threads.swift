import CMeasure
import ContextVars
import Foundation
import Harness
import Synchronization

/// Several threads, each in a context of its own.
enum Threads {
    static let rows = [
        Row("get and set on 2 threads, own contexts", against: "1 thread", bar: 1.8, unit: .throughput) {
            Sides(ours: { throughput($0, threads: 2) }, peer: { throughput($0, threads: 1) })
        }
    ]

    private static let operations = 200_000

    /// From the moment that all threads are there to the moment that the last one has ended its work.
    private static func throughput(_ meter: Meter, threads count: Int) {
        let progress = Progress()
        for _ in 0..<count {
            Thread.detachNewThread {
                do {
                    try Context().run { try work(progress, threads: count) }
                } catch {
                    fatalError("A thread can't set a variable in its own context: \(error)")
                }
                progress.done.wrappingAdd(1, ordering: .acquiringAndReleasing)
            }
        }
        while progress.done.load(ordering: .acquiring) < count { usleep(500) }
        meter.record(Double(operations * count) / progress.microseconds, operations: 1)
    }

    private static func work(_ progress: Progress, threads count: Int) throws {
        try Variables.number.set(1)
        progress.ready.wrappingAdd(1, ordering: .acquiringAndReleasing)
        while progress.ready.load(ordering: .acquiring) < count {}
        let start = measure_now()
        for _ in 0..<operations { try Variables.number.set(Variables.number.get() &+ 1) }
        progress.note(start: start, end: measure_now())
    }

    private final class Progress: Sendable {
        let ready = Atomic(0)
        let done = Atomic(0)
        private let span = Mutex((start: UInt64.max, end: UInt64.min))

        var microseconds: Double {
            span.withLock { Double($0.end - $0.start) / 1000 }
        }

        func note(start: UInt64, end: UInt64) {
            span.withLock { $0 = (min($0.start, start), max($0.end, end)) }
        }
    }
}
