// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import CMainThreadEntry
import CSlots
import ContextVars
import Dispatch
import Foundation

/// Synchronous code on the main thread, outside of any task, in the processes that `MainThreadTests` and `FramePoolTests`
/// start.
///
/// It prints each expectation that fails, and exits with their number.
private enum Values {
    static let variable = ContextVar("variable", default: 0)
    @TaskLocal static var somebodys = 0
    nonisolated(unsafe) static var failures: Int32 = 0
    static let tasksCopy = RuntimeSupport.current == .full
}

private func expect(_ condition: Bool, _ expectation: String) {
    guard !condition else { return }
    print("failed: \(expectation)")
    Values.failures += 1
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

private func probeRoot() throws {
    let variable = Values.variable
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
    expect(result(of: copied) == (Values.tasksCopy ? 1 : 0), "a task copies the root when it is created")
    expect(variable.get() == 2, "the root doesn't see what a task sets")

    let many = (0..<1000).map { _ in Task { (try? variable.set(variable.get() + 1)) != nil } }
    expect(many.allSatisfy { result(of: $0) == Values.tasksCopy }, "many tasks at once have copies of their own")
    // Tasks that have ended leave no frame with a context, and the main thread's root has one. (A task gives its result
    // before its memory is freed. If one is left, the test's time limit ends this.)
    while contextvars_used_frame_count() > 1 { usleep(1000) }
    expect(contextvars_used_frame_count() == 1, "the root keeps its frame")

    try Context().run {
        expect(variable.get() == 0, "a run hides the root")
        try variable.set(3)
    }
    expect(variable.get() == 2, "the end of a run shows the root again")

    let inNone = withoutContext {
        expect(variable.get() == 0 && (try? variable.set(6)) == nil, "withoutContext hides the root")
        variable.withValue(7) { expect(variable.get() == 7, "a scope in it has a context") }
        return Task { (try? variable.set(6)) == nil && variable.get() == 0 }
    }
    expect(result(of: inNone), "a task that starts in withoutContext has no context")
    expect(variable.get() == 2 && (try? variable.set(2)) != nil, "its end shows the root again")

    DispatchQueue.main.async {
        expect(variable.get() == 2, "the root lasts from one piece of work to the next")
        do { try variable.reset(token) } catch { expect(false, "a token of the root works later: \(error)") }
        expect(variable.get() == 0, "the token restored the root")
        end()
    }
}

/// Links the library, and does with it what changes nothing.
private func probeUnused() {
    expect(has_task_local_values() == 0, "a program that links the library has no task-local value")
    let variable = Values.variable
    expect(variable.get() == 0 && copyContext().isEmpty, "no context is current")
    expect(ContextSnapshot.current.wrap { variable.get() }() == 0, "a snapshot of nothing is empty")
    expect(variable.withValue(1) { variable.get() } == 1, "a scope has its value")
    _ = RuntimeSupport.current
    expect(has_task_local_values() == 0, "what has ended leaves no task-local value")
    expect(Values.$somebodys.withValue(1) { has_task_local_values() } == 1, "a value that is there is found")
}

/// Makes the root while somebody's binding is open.
private func probeLateRoot() throws {
    let variable = Values.variable
    try Values.$somebodys.withValue(1) {
        try variable.set(1)
        expect(variable.get() == 1 && Values.somebodys == 1, "the root works beside a binding of others")
        let task = Task { (variable.get(), (try? variable.set(9)) == nil, Values.somebodys) }
        expect(result(of: task) == (0, true, 1), "a task that is created meanwhile has no context")
        variable.withValue(2) {
            expect(variable.get() == 2, "a scope hides the root")
            let task = Task { variable.get() }
            expect(result(of: task) == (Values.tasksCopy ? 2 : 0), "a task copies the scope")
        }
        expect(variable.get() == 1, "the end of a scope shows the root again")
        try Context().run {
            expect(variable.get() == 0, "a run hides the root")
            try variable.set(3)
            try Values.$somebodys.withValue(2) { try variable.set(4) }
            expect(variable.get() == 4, "a context can be changed in a binding of others")
        }
        let copy = variable.withValue(5) { slot_copy_make()! }
        slot_copy_push(copy)
        expect(variable.get() == (Values.tasksCopy ? 5 : 0), "a copy that is pushed hides the root")
        slot_copy_pop()
        expect(variable.get() == 1, "its end shows the root again")
        try variable.set(6)
    }
    expect(has_task_local_values() == 0, "a root that came too late leaves no task-local value")
    expect(variable.get() == 6, "the root lasts")
    let before = Task { variable.get() }
    expect(result(of: before) == 0, "tasks don't see it yet")
    variable.withValue(7) { expect(variable.get() == 7, "a scope has its value") }
    try variable.set(8)
    let after = Task { variable.get() }
    expect(result(of: after) == (Values.tasksCopy ? 8 : 0), "from the next `set` on, tasks copy it")
    Values.$somebodys.withValue(1) { expect(variable.get() == 8, "the root is seen in bindings of others") }
    variable.withValue(9) { expect(variable.get() == 9, "a scope hides the root") }
    expect(variable.get() == 8, "the end of a scope shows the root again")
}

/// A process that was forked, on its only thread.
private func probeFork() throws {
    let variable = Values.variable
    try variable.set(1)
    let failures = try Context().run {
        try variable.set(2)
        return in_forked_process {
            let variable = Values.variable
            expect(variable.get() == 2, "a forked process has its context")
            do {
                try variable.set(3)
                try Context().run { for number in 1...100 { try variable.withValue(number) { try variable.set(0) } } }
            } catch {
                expect(false, "it can change contexts: \(error)")
            }
            expect(variable.get() == 3, "its context lasts")
            return Values.failures
        }
    }
    expect(failures == 0, "a forked process can use its contexts (\(failures))")
    expect(variable.get() == 1, "it shares nothing with this one")
}

private final class Waiting: Sendable {
    // Not a `Mutex`, whose lock the ThreadSanitizer doesn't see where threads wait for it.
    private let lock = NSLock()
    nonisolated(unsafe) private var continuations: [CheckedContinuation<Void, Never>] = []
    nonisolated func add(_ continuation: CheckedContinuation<Void, Never>) {
        lock.withLock { continuations.append(continuation) }
    }
    nonisolated var all: [CheckedContinuation<Void, Never>] { lock.withLock { continuations } }
}

/// A burst of tasks, and the frames that it leaves.
private func probePool() async throws {
    let variable = Values.variable
    let resident = contextvars_resident_frame_bytes()
    expect(resident < 1 << 20, "a process begins with few frames: \(resident) bytes")
    // A frame that has ended, as a thread might remember it: its page may be given back below.
    var stale: [UnsafeMutablePointer<contextvars_frame>] = []
    try await Context().run {
        try variable.set(1)
        for _ in 0..<3 {
            let waiting = Waiting()
            let started = (0..<20_000).map { _ in
                Task(context: .current) { [variable] in
                    let frame = variable.get() == 1 ? contextvars_look_and_reach().frame : nil
                    await withCheckedContinuation { waiting.add($0) }
                    return UInt(bitPattern: frame)
                }
            }
            while waiting.all.count < 20_000 { await Task.yield() }
            let peak = contextvars_resident_frame_bytes()
            // Two each: that of the task's copy, and that of the scope in it.
            expect(peak < 20_000 * 64 * 2 + (1 << 20), "a frame takes a cache line: \(peak) bytes")
            for continuation in waiting.all { continuation.resume() }
            for task in started {
                if let frame = UnsafeMutablePointer<contextvars_frame>(bitPattern: await task.value) {
                    stale.append(frame)
                }
            }
            while contextvars_used_frame_count() > 1 { await Task.yield() }
            let left = contextvars_resident_frame_bytes()
            expect(left < 1 << 20, "after a burst, few pages of frames stay resident: \(left) bytes")
        }
    }
    expect(stale.count == 60_000, "each task had a frame")
    expect(
        stale.allSatisfy { contextvars_frame_owner($0) == 0 }, "what has ended names nobody, its page given back or not"
    )
    expect(variable.withValue(2) { variable.get() } == 2, "the pool goes on")
    await probePoolOfThreads()
}

private func probePoolOfThreads() async {
    let variable = Values.variable
    let before = contextvars_resident_frame_bytes()
    for _ in 0..<500 {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                variable.withValue(1) { variable.withValue(2) {} }
                continuation.resume()
            }
        }
    }
    let after = contextvars_resident_frame_bytes()
    // 500 threads that kept their 32 frames would have a megabyte.
    expect(after < before + 512 * 1024, "a thread that ends gives back what it kept: \(before), then \(after) bytes")
}

private func poolTask() -> Task<Void, Never> {
    Task.detached {
        do { try await probePool() } catch { expect(false, "\(error)") }
    }
}

private func end() -> Never {
    print("The probe has ended.")
    exit(Values.failures)
}

// What the program does in place of the tests; the header has its name.
// swift-format-ignore: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
@c @implementation
public func contextvars_main_thread_probe(_ part: UnsafePointer<CChar>) -> Never {
    expect(Thread.isMainThread, "the probe runs on the main thread")
    do {
        switch String(cString: part) {
        case "unused": probeUnused()
        case "late": try probeLateRoot()
        case "fork": try probeFork()
        case "pool": result(of: poolTask())
        case "require": RuntimeSupport.require(.full)
        default:
            try probeRoot()
            // The main queue's work ends the process.
            while true { RunLoop.main.run() }
        }
    } catch {
        expect(false, "nothing is thrown: \(error)")
    }
    end()
}
