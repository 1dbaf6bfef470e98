import CContextVarsFrames
import CMainThreadEntry
import ContextVars
import Dispatch
import Foundation

/// Synchronous code on the main thread, outside of any task, in the process that `MainThreadTests` starts.
///
/// It prints each expectation that fails, and exits with their number.
private enum Probe {
    static let variable = ContextVar("variable", default: 0)
    nonisolated(unsafe) static var failures: Int32 = 0
}

private func expect(_ condition: Bool, _ expectation: String) {
    guard !condition else { return }
    print("failed: \(expectation)")
    Probe.failures += 1
}

/// Waits for a task from synchronous code.
private func result<Success: Sendable>(of task: Task<Success, Never>) -> Success {
    let end = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var result: Success?
    Task.detached {
        result = await task.value
        end.signal()
    }
    end.wait()
    return result!
}

private func probe() throws {
    let variable = Probe.variable
    let beforeFirstUse = Task { (try? variable.set(5)) == nil && variable.get() == 0 }
    expect(result(of: beforeFirstUse), "a task that starts before the root's first use has no context")
    expect(variable.get() == 0, "the root starts empty")

    let token = try variable.set(1)
    expect(variable.get() == 1, "the root can be changed")
    let copied = Task {
        let seen = variable.get()
        _ = try? variable.set(9)
        return seen
    }
    try variable.set(2)
    expect(result(of: copied) == 1, "a task copies the root when it is created")
    expect(variable.get() == 2, "the root doesn't see what a task sets")

    let many = (0..<1000).map { _ in Task { (try? variable.set(variable.get() + 1)) != nil } }
    expect(many.allSatisfy { result(of: $0) }, "many tasks at once have copies of their own")
    // The main thread's root has one.
    for _ in 0..<1000 where contextvars_used_frame_count() > 1 { usleep(1000) }
    expect(contextvars_used_frame_count() == 1, "tasks that ended leave no frame with a context")

    try Context().run {
        expect(variable.get() == 0, "a run hides the root")
        try variable.set(3)
    }
    expect(variable.get() == 2, "the end of a run shows the root again")

    DispatchQueue.main.async {
        expect(variable.get() == 2, "the root lasts from one piece of work to the next")
        do { try variable.reset(token) } catch { expect(false, "a token of the root works later: \(error)") }
        expect(variable.get() == 0, "the token restored the root")
        print("The probe has ended.")
        exit(Probe.failures)
    }
}

// What the program does in place of the tests; the header has its name.
// swift-format-ignore: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
@c @implementation
public func contextvars_main_thread_probe() -> Never {
    expect(Thread.isMainThread, "the probe runs on the main thread")
    do { try probe() } catch { expect(false, "nothing is thrown: \(error)") }
    // The main queue's work ends the process.
    while true { RunLoop.main.run() }
}
