// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ContextVars

/// Scopes on threads outside of tasks, which ride on a slot that stays among the thread's values.
@Suite struct AnchorTests {
    let variable = ContextVar("variable", default: 0)

    private enum Local {
        @TaskLocal static var value = 0
    }

    /// Whether the innermost scope of the caller rides on another one's slot, or on the anchor.
    private func rides() -> Bool {
        let outer = contextvars_find_outer()
        let frame = contextvars_frame_allocate()
        let binding = contextvars_bind(frame, outer.frame, outer.agent, true)
        contextvars_unbind(frame, binding.outer, binding.ridden)
        return binding.ridden != nil
    }

    private var mayRide: Bool {
        #if CONTEXTVARS_WITHOUT_RIDING
        false
        #else
        RuntimeCheck.allowsStayingValues
        #endif
    }

    @Test func `The first scope of a thread, and each later one, rides on its anchor`() async {
        await onNewThread {
            for value in 1...3 {
                #expect(variable.withValue(value) { variable.get() } == value)
                #expect(rides() == mayRide)
                #expect(variable.get() == 0)
            }
        }
    }

    @Test func `After a scope a thread has no context, and neither have its tasks`() async {
        let task = await onNewThread {
            variable.withValue(1) {}
            #expect(throws: ContextError.noCurrentContext) { try variable.set(2) }
            #expect(ContextSnapshot.current[variable] == nil)
            return Task {
                variable.get() == 0 && (try? variable.set(1)) == nil && variable.withValue(3) { variable.get() } == 3
            }
        }
        #expect(await task.value)
    }

    @Test func `A thread with an anchor, and its tasks, aren't without a context on purpose`() async {
        let task = await onNewThread {
            variable.withValue(1) {}
            #expect(!contextvars_is_without_context())
            withoutContext { #expect(contextvars_is_without_context() == Level.tasksCopy) }
            return Task {
                let onPurpose = withoutContext { contextvars_is_without_context() }
                return (
                    contextvars_is_without_context(), onPurpose, await Task { contextvars_is_without_context() }.value
                )
            }
        }
        #expect(await task.value == (false, Level.tasksCopy, false))
    }

    @Test func `A task that is created in a scope gets a copy of it`() async {
        let tasks = await onNewThread {
            (1...3).map { value in
                variable.withValue(value) { Task { variable.get() } }
            }
        }
        for (index, task) in tasks.enumerated() {
            #expect(await task.value == (Level.tasksCopy ? index + 1 : 0))
        }
    }

    @Test func `Where a task-local value is bound there can be no anchor yet, and the value is the same afterwards`()
        async
    {
        await onNewThread {
            Local.$value.withValue(7) {
                #expect(variable.withValue(1) { variable.get() + Local.value } == 8)
                #expect(!rides())
                #expect(variable.get() + Local.value == 7)
            }
            #expect(Local.value == 0)
            #expect(rides() == mayRide)
            Local.$value.withValue(8) {
                #expect(variable.withValue(1) { variable.get() + Local.value } == 9)
                #expect(rides() == mayRide)
            }
            #expect(variable.get() + Local.value == 0)
        }
    }

    @Test func `On the main thread nothing stays`() async {
        await MainActor.run {
            // In a task; so nothing but the values of that is seen either.
            #expect(variable.withValue(1) { variable.get() } == 1)
            #expect(!rides())
        }
    }

    @Test func `An isolated deinitialiser on a thread with an anchor has its own scopes, and so have its tasks`() async
    {
        guard #available(macOS 15.4, iOS 18.4, tvOS 18.4, watchOS 11.4, visionOS 2.4, *) else { return }
        actor Ending {
            let action: @Sendable () -> Void
            init(_ action: @escaping @Sendable () -> Void) { self.action = action }
            isolated deinit { action() }
        }
        let (ends, end) = AsyncStream.makeStream(of: (inScope: Int, outside: Int, task: Task<Int, Never>).self)
        await onNewThread {
            variable.withValue(1) {}
            variable.withValue(2) {
                _ = Ending {
                    let (inScope, task) = variable.withValue(3) { (variable.get(), Task { variable.get() }) }
                    end.yield((inScope, variable.get(), task))
                    end.finish()
                }
                #expect(variable.get() == 2)
            }
            #expect(variable.get() == 0)
        }
        for await seen in ends {
            #expect(seen.inScope == 3 && (seen.outside == 0 || seen.outside == 2))
            #expect(await seen.task.value == (Level.tasksCopy ? 3 : 0))
        }
    }

    /// What is bound around a place of the program that ``program(_:depth:expecting:tasks:)`` runs.
    private struct Expected {
        var context: Int?
        var local = 0
    }

    @Test(arguments: 0..<8) func `Scopes, task-local values and nothing, one in the other, at random`(
        _ number: UInt64
    ) async {
        let tasks = await onNewThread {
            var random = SplitMix64(state: testSeed &+ number)
            var tasks: [(Task<Bool, Never>)] = []
            for _ in 0..<40 { program(&random, depth: 6, expecting: Expected(), tasks: &tasks) }
            return tasks
        }
        for task in tasks { #expect(await task.value, "seed \(testSeed), program \(number)") }
    }

    private func program(
        _ random: inout SplitMix64, depth: Int, expecting expected: Expected, tasks: inout [Task<Bool, Never>]
    ) {
        #expect(variable.get() == expected.context ?? 0 && Local.value == expected.local, "seed \(testSeed)")
        #expect((ContextSnapshot.current[variable] ?? 0) == expected.context ?? 0, "seed \(testSeed)")
        guard depth > 0 else { return }
        for _ in 0..<random.below(3) {
            let value = random.below(1000) + 1
            var inner = expected
            switch random.below(6) {
            case 0:
                inner.local = value
                Local.$value.withValue(value) { program(&random, depth: depth - 1, expecting: inner, tasks: &tasks) }
            case 1:
                inner.context = nil
                withoutContext { program(&random, depth: depth - 1, expecting: inner, tasks: &tasks) }
            case 2:
                let snapshot = ContextSnapshot.current.with(variable, value)
                inner.context = value
                snapshot.run { program(&random, depth: depth - 1, expecting: inner, tasks: &tasks) }
            case 3:
                let seen = Level.tasksCopy ? expected.context ?? 0 : 0
                tasks.append(Task { [variable] in variable.get() == seen && Local.value == expected.local })
            case 4 where expected.context != nil:
                #expect(throws: Never.self) {
                    let token = try variable.set(value)
                    #expect(variable.get() == value)
                    try variable.reset(token)
                }
            default:
                inner.context = value
                variable.withValue(value) { program(&random, depth: depth - 1, expecting: inner, tasks: &tasks) }
            }
        }
    }
}
