// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsFoundation
import Foundation
import Synchronization
import Testing

/// Timers and blocks of run loops.
@Suite(.timeLimit(.minutes(15))) struct RunLoopTests {
    let variable = ContextVar("variable", default: 0)

    @Test func `A plain timer and a plain block lose the context`() async {
        let timer = await onRunLoop { finish in
            variable.withValue(1) {
                _ = Timer.scheduledTimer(withTimeInterval: 0.001, repeats: false) { _ in finish(variable.get()) }
            }
        }
        let block = await onRunLoop { finish in
            variable.withValue(1) { RunLoop.current.perform { finish(variable.get()) } }
        }
        #expect(timer == 0 && block == 0)
    }

    @Test func `Each firing of a timer has a copy of its own`() async {
        let seen = await onRunLoop { finish in
            let seen = Mutex<[Int]>([])
            variable.withValue(1) {
                Timer.scheduledTimer(withTimeInterval: 0.001, repeats: true, context: .current) { timer in
                    let all = seen.withLock {
                        $0.append(variable.get())
                        return $0
                    }
                    #expect(throws: Never.self) { try variable.set(2) }
                    guard all.count == 5 else { return }
                    timer.invalidate()
                    finish(all)
                }
            }
        }
        #expect(seen == [1, 1, 1, 1, 1])
    }

    @Test func `A timer has the values of its creation, whichever way it is made`() async {
        let interval = await onRunLoop { finish in
            let timer = variable.withValue(1) {
                Timer(timeInterval: 0.001, repeats: false, context: .current) { _ in finish(variable.get()) }
            }
            variable.withValue(2) { RunLoop.current.add(timer, forMode: .default) }
        }
        let date = await onRunLoop { finish in
            let timer = variable.withValue(1) {
                Timer(fire: Date(), interval: 1, repeats: false, context: .current) { _ in finish(variable.get()) }
            }
            variable.withValue(2) { timer.fire() }
        }
        #expect(interval == 1 && date == 1)
    }

    @Test func `A block has the values of the line that schedules it`() async {
        let seen = await onRunLoop { finish in
            variable.withValue(1) { RunLoop.current.perform(context: .current) { finish(variable.get()) } }
        }
        let inMode = await onRunLoop { finish in
            variable.withValue(1) {
                RunLoop.current.perform(inModes: [.default], context: .current) { finish(variable.get()) }
            }
        }
        #expect(seen == 1 && inMode == 1)
    }

    @Test func `A block changes the context that it is given, which is entered until then`() async throws {
        let context = Context()
        await onRunLoop { finish in
            do {
                try RunLoop.current.perform(context: context) { _ = try? variable.set(1) }
                #expect(throws: ContextError.alreadyEntered) {
                    try RunLoop.current.perform(inModes: [.default], context: context) { Issue.record("ran") }
                }
            } catch { Issue.record(error) }
            RunLoop.current.perform { finish(()) }
        }
        try context.run { #expect(variable.get() == 1) }
    }

    @Test func `A run loop that is run in a context runs others' plain blocks in it; those with a context keep theirs`()
        async throws
    {
        let context = Context()
        let seen = await onRunLoop { finish in
            let seen = Mutex<[Int]>([])
            let note: @Sendable () -> Void = {
                seen.withLock { $0.append(variable.get()) }
                _ = try? variable.set(variable.get() + 10)
            }
            RunLoop.current.perform(context: ContextSnapshot().with(variable, 1), note)
            RunLoop.current.perform(note)
            do {
                try context.run {
                    try variable.set(2)
                    while seen.withLock({ $0.count }) < 2 {
                        _ = RunLoop.current.run(mode: .default, before: Date(timeIntervalSinceNow: 0.01))
                    }
                }
            } catch { Issue.record(error) }
            finish(seen.withLock { $0.sorted() })
        }
        #expect(seen == [1, 2], "the first has its own values, the second those of the code that ran the loop")
        #expect(context[variable] == 12, "and what the second has set is there")
    }
}
