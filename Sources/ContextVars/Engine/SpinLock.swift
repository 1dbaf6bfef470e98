import CContextVarsFrames
import Synchronization

/// A lock for sections of a few instructions: one atomic exchange to take it, one store to give it back.
///
/// A context's lock is all but always free: its owner takes it to write, structured children and holders of the
/// `Context` object take it to read. A mutex would double the cost of `set`, because giving one back is a second atomic
/// exchange. A waiter soon yields its processor, and then sleeps, so that a preempted holder can finish.
struct SpinLock: ~Copyable {
    private let isHeld = Atomic<Bool>(false)

    @inline(__always)
    borrowing func withLock<Result>(_ body: () -> Result) -> Result {
        lock()
        defer {
            contextvars_retain_barrier()
            unlock()
        }
        return body()
    }

    /// For a section that retains nothing.
    @inline(__always)
    borrowing func lock() {
        if isHeld.exchange(true, ordering: .acquiring) { wait() }
    }

    @inline(__always)
    borrowing func unlock() {
        isHeld.store(false, ordering: .releasing)
    }

    @inline(never)
    private borrowing func wait() {
        var attempts: UInt32 = 0
        repeat {
            // Reads only, until the lock looks free: a failed exchange would take the cache line from its holder.
            while isHeld.load(ordering: .relaxed) {
                attempts += 1
                if attempts > 100 { contextvars_wait(attempts - 100) }
            }
        } while isHeld.exchange(true, ordering: .acquiring)
    }
}
