// SPDX-License-Identifier: Apache-2.0
import CMeasure
import ContextVars
import ContextVarsDispatch
import ContextVarsFoundation
import Dispatch
import Foundation
import Harness

/// Work that queues and threads run.
enum Queues {
    static let queueJob = "queue.async(context: .current)"

    static let rows = [
        Row(queueJob, against: "queue.async", bar: 1.3) {
            Sides(
                ours: { meter in
                    try enqueue(meter) { queue, group in queue.async(group: group, context: .current) { keep(1) } }
                },
                peer: { meter in
                    try enqueue(meter) { queue, group in queue.async(group: group) { keep(1) } }
                })
        },
        // What it costs to have any value in force on a thread that runs no task.
        Row("queue.async of work that binds a @TaskLocal", against: "queue.async", bar: nil) {
            Sides(
                ours: { meter in
                    try enqueue(meter) { queue, group in
                        let id = Locals.id
                        queue.async(group: group) { Locals.$id.withValue(id) { keep(1) } }
                    }
                },
                peer: { meter in
                    try enqueue(meter) { queue, group in queue.async(group: group) { keep(1) } }
                })
        },
        Row("OperationQueue.addOperation(context: .current)", against: "addOperation", bar: 1.3) {
            Sides(
                ours: { meter in try addOperations(meter) { $0.addOperation(context: .current) { keep(1) } } },
                peer: { meter in try addOperations(meter) { $0.addOperation { keep(1) } } })
        },
        Row(
            onThread: "Thread(context: .current), started and ended", against: "Thread", bar: 1.3,
            ours: { meter in try startThreads(meter) { Thread(context: .current, block: $0) } },
            peer: { meter in try startThreads(meter) { Thread(block: $0) } }),
    ]

    // Work is enqueued, then it runs, a thousand pieces at a time. A queue that ran while it gets work would measure how
    // threads take turns; and of many thousands, the memory.
    private static let piecesAtOnce = 1000

    private static func inChunks(_ iterations: Int, _ body: (Int) -> Void) {
        for start in stride(from: 0, to: iterations, by: piecesAtOnce) { body(min(piecesAtOnce, iterations - start)) }
    }

    private static func enqueue(_ meter: Meter, _ enqueue: (DispatchQueue, DispatchGroup) -> Void) throws {
        let queue = DispatchQueue(label: "benchmark")
        let group = DispatchGroup()
        try Variables.withAll {
            meter.measure { iterations in
                inChunks(iterations) { count in
                    queue.suspend()
                    for _ in 0..<count { enqueue(queue, group) }
                    queue.resume()
                    group.wait()
                }
            }
        }
    }

    private static func addOperations(_ meter: Meter, _ add: (OperationQueue) -> Void) throws {
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        // Else Foundation starts each operation on a global queue, on any thread.
        let underlying = DispatchQueue(label: "benchmark of operations")
        queue.underlyingQueue = underlying
        defer { withExtendedLifetime(underlying) {} }
        try Variables.withAll {
            meter.measure { iterations in
                inChunks(iterations) { count in
                    queue.isSuspended = true
                    for _ in 0..<count { add(queue) }
                    // Foundation's own waiting for all operations asks again and again, and allocates each time.
                    let ended = DispatchSemaphore(value: 0)
                    queue.addOperation { ended.signal() }
                    queue.isSuspended = false
                    ended.wait()
                }
            }
        }
    }

    private static func startThreads(
        _ meter: Meter, _ makeThread: (@escaping @Sendable () -> Void) -> Thread
    ) throws {
        // Threads stay on their creator's processor: else the row would measure how long another one takes to wake up.
        measure_keep_thread_on(0)
        try Variables.withAll {
            meter.measure { iterations in
                for _ in 0..<iterations {
                    let ended = DispatchSemaphore(value: 0)
                    makeThread { ended.signal() }.start()
                    ended.wait()
                }
            }
        }
    }
}
