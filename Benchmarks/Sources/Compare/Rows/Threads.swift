// SPDX-License-Identifier: Apache-2.0
import CMeasure
import ContextVars
import Foundation
import Harness
import Synchronization

/// Several threads, each in its own context.
enum Threads {
    static let rows = [
        Row("get and set on 2 threads, own contexts", against: "1 thread", bar: 1.8, unit: .throughput) {
            Sides(ours: { throughput($0, threads: 2, getAndSet) }, peer: { throughput($0, threads: 1, getAndSet) })
        },
        Row("get and set on 8 threads, own contexts", against: "1 thread", bar: nil, unit: .throughput) {
            Sides(ours: { throughput($0, threads: 8, getAndSet) }, peer: { throughput($0, threads: 1, getAndSet) })
        },
        // What all threads share is counted by all: each run retains what the snapshot holds.
        Row("snapshot.run around a read, one snapshot on 2 threads", against: "1 thread", bar: nil, unit: .throughput) {
            Sides(ours: { throughput($0, threads: 2, runSnapshot) }, peer: { throughput($0, threads: 1, runSnapshot) })
        },
    ]

    private static let operations = 200_000

    /// What a thread does once all are there.
    private typealias Work = @Sendable () throws -> Void

    private static let getAndSet: Work = {
        for _ in 0..<operations { try Variables.number.set(Variables.number.get() &+ 1) }
    }

    private static let runSnapshot: Work = {
        let snapshot = sharedSnapshot
        for _ in 0..<operations {
            snapshot.run { keep(Variables.number.get()) }
        }
    }

    private static let sharedSnapshot = ContextSnapshot().with(Variables.number, 1)

    /// From the moment that all threads are there to the moment that the last one has ended its work.
    private static func throughput(_ meter: Meter, threads count: Int, _ work: @escaping Work) {
        let progress = Progress()
        for _ in 0..<count {
            Thread.detachNewThread {
                do {
                    try Context().run {
                        try Variables.number.set(1)
                        try progress.measure(work, threads: count)
                    }
                } catch {
                    fatalError("A thread can't set a variable in its own context: \(error)")
                }
                progress.done.wrappingAdd(1, ordering: .acquiringAndReleasing)
            }
        }
        while progress.done.load(ordering: .acquiring) < count { usleep(500) }
        meter.record(Double(operations * count) / progress.microseconds, operations: 1)
    }

    private final class Progress: Sendable {
        private let ready = Atomic(0)
        let done = Atomic(0)
        private let span = Mutex((start: UInt64.max, end: UInt64.min))

        var microseconds: Double {
            span.withLock { Double($0.end - $0.start) / 1000 }
        }

        func measure(_ work: Work, threads count: Int) throws {
            ready.wrappingAdd(1, ordering: .acquiringAndReleasing)
            // There may be fewer processors than threads.
            while ready.load(ordering: .acquiring) < count { sched_yield() }
            let start = measure_now()
            try work()
            let end = measure_now()
            span.withLock { $0 = (min($0.start, start), max($0.end, end)) }
        }
    }
}
