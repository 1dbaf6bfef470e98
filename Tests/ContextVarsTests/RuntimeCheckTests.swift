// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Foundation
import Testing

@testable import ContextVars

@Suite struct RuntimeCheckTests {
    @Test func `A runtime that copies once and tells children apart is fully supported`() {
        #expect(RuntimeCheck().support == .full)
        #expect(RuntimeCheck().support.complaint == nil)
    }

    @Test func `Each assumption that doesn't hold is named, with what to write instead`() throws {
        for (copies, words) in [(0, "made 0 copies"), (2, "made 2 copies")] as [(UInt, String)] {
            let support = RuntimeCheck(copiesForPlainTask: copies).support
            guard case .withoutTaskCopies = support else { throw Unexpected(support: support) }
            let complaint = try #require(support.complaint)
            #expect(complaint.contains(words) && complaint.contains("Task(context: .current)"))
        }
        let checks = [
            (RuntimeCheck(plainTaskIsStructured: true), "plain Task can't be told"),
            (RuntimeCheck(childIsStructured: false), "`async let` child can't be told"),
        ]
        for (check, words) in checks {
            guard case .explicitOnly = check.support else { throw Unexpected(support: check.support) }
            let complaint = try #require(check.support.complaint)
            #expect(complaint.contains(words) && complaint.contains("addTask(context: .current)"))
        }
    }

    private struct Unexpected: Error { var support: RuntimeSupport }

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
