// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsAutomatic
import Dispatch
import Foundation
import FoundationNetworking
import Synchronization

/// Hands work over in contexts, and says what it reads; or why it can't follow.
@main
enum Probe {
    static let request = ContextVar<String?>("request")

    static func main() {
        do {
            try AutomaticPropagation.enable()
        } catch {
            print("refused: \(error)")
            exit(2)
        }
        let checks: [(String, (@escaping @Sendable () -> Void) -> Void)] = [
            ("DispatchQueue", { DispatchQueue.global().async(execute: $0) }),
            ("DispatchWorkItem", { DispatchQueue.global().async(execute: DispatchWorkItem(block: $0)) }),
            ("asyncAfter", { DispatchQueue.global().asyncAfter(deadline: .now(), execute: $0) }),
            ("concurrentPerform", { note in DispatchQueue.concurrentPerform(iterations: 2) { _ in note() } }),
            ("OperationQueue", { OperationQueue().addOperation($0) }),
            ("Thread", { Thread(block: $0).start() }),
            (
                "Thread.exit",
                { note in
                    Thread.detachNewThread {
                        note()
                        Thread.exit()
                    }
                }
            ),
            // Nobody listens there: the handler is called all the same.
            (
                "URLSession",
                { note in
                    URLSession.shared.dataTask(with: URL(string: "http://127.0.0.1:1/")!) { _, _, _ in note() }.resume()
                }
            ),
        ]
        var wrong = 0
        for (name, handOver) in checks {
            for number in 0..<20 where seen("r-\(number)", by: handOver) != "r-\(number)" {
                print("wrong: \(name)")
                wrong += 1
            }
        }
        wrong += wrongValuesOnTheMainQueue()
        wrong += poolsThatKeepContexts()
        print("\(wrong) wrong values")
        exit(wrong == 0 ? 0 : 1)
    }

    /// What work reads that is handed over in a context with a value.
    private static func seen(_ value: String, by handOver: (@escaping @Sendable () -> Void) -> Void) -> String? {
        let done = DispatchSemaphore(value: 0)
        let seen = Mutex<String?>(nil)
        ContextSnapshot().with(request, value).run {
            handOver {
                seen.withLock { $0 = request.get() }
                done.signal()
            }
        }
        done.wait()
        return seen.withLock { $0 }
    }

    /// The main thread serves its queue here, so `sync` from elsewhere has to go there, and has a copy.
    private static func wrongValuesOnTheMainQueue() -> Int {
        let values = Mutex<[String?]>([])
        ContextSnapshot().with(request, "a7").run {
            DispatchQueue.global().async {
                DispatchQueue.main.sync {
                    values.withLock { $0.append(request.get()) }
                    _ = try? request.set("on the main thread")
                }
                values.withLock { $0.append(request.get()) }
            }
        }
        while values.withLock({ $0.count }) < 2 { RunLoop.main.run(until: Date(timeIntervalSinceNow: 0.01)) }
        return values.withLock { $0.filter { $0 != "a7" }.count }
    }

    /// How many threads of Dispatch, all started in a context, still have it when it is long over.
    private static func poolsThatKeepContexts() -> Int {
        let (begun, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let count = Atomic(0)
        @Sendable func occupyThreads(_ body: @escaping @Sendable () -> Void) {
            let group = DispatchGroup()
            for number in 0..<32 {
                DispatchQueue(label: "queue \(number)").async(group: group) {
                    begun.signal()
                    goOn.wait()
                    body()
                }
            }
            for _ in 0..<32 { begun.wait() }
            for _ in 0..<32 { goOn.signal() }
            group.wait()
        }
        ContextSnapshot().with(request, "a7").run { occupyThreads {} }
        AutomaticPropagation.disable()
        occupyThreads { if request.get() != nil { count.add(1, ordering: .relaxed) } }
        return count.load(ordering: .relaxed)
    }
}
