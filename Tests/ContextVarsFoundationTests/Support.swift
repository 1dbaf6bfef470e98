import ContextVars
import Foundation
import Synchronization

/// Waits for what another thread is about to do.
func waitUntil(_ condition: () -> Bool) async {
    for _ in 0..<10_000 where !condition() { try? await Task.sleep(for: .milliseconds(1)) }
}

/// Whether nothing has a context entered.
func isFree(_ context: Context) -> Bool {
    do { return try context.run { true } } catch { return false }
}

/// Runs a function on a new thread, and then the thread's run loop until there is a result.
func onRunLoop<Result: Sendable>(
    _ start: @escaping @Sendable (_ finish: @escaping @Sendable (Result) -> Void) -> Void
) async -> Result {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread {
            let results = Mutex<[Result]>([])
            start { result in results.withLock { $0.append(result) } }
            while results.withLock({ $0.isEmpty }) {
                _ = RunLoop.current.run(mode: .default, before: Date(timeIntervalSinceNow: 0.01))
            }
            continuation.resume(returning: results.withLock { $0[0] })
        }
    }
}

/// Remembers an object weakly, for closures on other threads.
final class Weak: Sendable {
    private let reference = Mutex<WeakReference?>(nil)

    private struct WeakReference: @unchecked Sendable {
        weak var object: AnyObject?
    }

    /// Whether the object still exists.
    var isAlive: Bool { reference.withLock { $0?.object != nil } }

    /// Remembers an object instead of the one before.
    func track<Tracked: AnyObject & Sendable>(_ object: Tracked) -> Tracked {
        reference.withLock { $0 = WeakReference(object: object) }
        return object
    }
}

/// A value to track.
final class Object: Sendable {}
