import CContextVarsFrames
import Foundation
import Testing

@testable import ContextVars

@Suite struct RuntimeCheckTests {
    @Test func `A runtime that copies once and tells children apart is fine`() {
        #expect(RuntimeCheck(copiesForPlainTask: 1).complaint == nil)
    }

    @Test func `Each assumption that doesn't hold is named`() {
        #expect(RuntimeCheck(copiesForPlainTask: 0).complaint?.contains("made 0 copies") == true)
        #expect(RuntimeCheck(copiesForPlainTask: 2).complaint?.contains("made 2 copies") == true)
        #expect(
            RuntimeCheck(copiesForPlainTask: 1, plainTaskIsStructured: true).complaint?
                .contains("plain Task can't be told") == true)
        #expect(
            RuntimeCheck(copiesForPlainTask: 1, childIsStructured: false).complaint?
                .contains("`async let` child can't be told") == true)
    }

    @Test func `Structured children are told apart by the runtime's flags`() async {
        func isStructured() -> Bool { contextvars_agent_is_structured_child(contextvars_current_agent()) }
        async let child = isStructured()
        #expect(await child)
        #expect(
            await withTaskGroup { group in
                group.addTask { isStructured() }
                return await group.next() ?? false
            })
        #expect(await Task { isStructured() }.value == false)
        #expect(await Task.detached { isStructured() }.value == false)
    }

    @Test func `The running task that is read is the one that the runtime reports`() async {
        @Sendable func agrees() -> Bool { contextvars_running_task() == contextvars_find_running_task() }
        await withTaskGroup { group in
            for _ in 0..<200 {
                group.addTask {
                    #expect(agrees())
                    await Task.yield()
                    #expect(agrees())
                    let task = Task { agrees() }
                    #expect(await task.value)
                    #expect(agrees())
                }
            }
        }
        for _ in 0..<20 {
            let agreesOnThread = await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    let agreed = agrees() && contextvars_running_task() == nil
                    let task = Task { agrees() }
                    Task.detached {
                        let agreedInTask = await task.value
                        continuation.resume(returning: agreed && agreedInTask)
                    }
                }
            }
            #expect(agreesOnThread)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `Where a task keeps its values and its groups is found out`() async {
        _ = ContextVar("any", default: 0).get()
        while !contextvars_knows_task_layout() { await Task.yield() }
    }

    @Test func `A task is known to have no context until it has one`() async throws {
        let variable = ContextVar("variable", default: 0)
        _ = variable.get()
        for _ in 0..<200 {
            try await Task.detached {
                #expect(variable.get() == 0)
                await Task.yield()
                try await Context().run {
                    #expect(!contextvars_has_no_context())
                    try variable.set(1)
                    await Task.yield()
                    #expect(variable.get() == 1)
                    async let child = (contextvars_has_no_context(), variable.get())
                    #expect(await child == (false, 1))
                    #expect(await Task { variable.get() }.value == 1)
                }
                await Task.yield()
                #expect(variable.get() == 0)
            }.value
        }
    }

    @Test func `Other task-local values don't pass for a context, and none of them is needed to find one`() async throws
    {
        let variable = ContextVar("variable", default: 0)
        try await Task.detached {
            try await Self.$other.withValue(1) {
                #expect(variable.get() == 0)
                try Context().run {
                    try variable.set(1)
                    Self.$other.withValue(2) {
                        variable.withValue(2) {
                            #expect(variable.get() == 2)
                            Self.$other.withValue(3) { #expect(variable.get() == 2) }
                        }
                        #expect(variable.get() == 1)
                    }
                }
                await Task.yield()
                #expect(variable.get() == 0)
            }
        }.value
    }

    @TaskLocal private static var other = 0
}
