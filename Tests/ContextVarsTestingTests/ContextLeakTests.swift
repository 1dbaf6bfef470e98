// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsTesting
import Testing

@Suite(.freshContext) struct ContextLeakTests {
    let number = ContextVar("number", default: 0)
    let text = ContextVar<String?>("text")
    let tags = ContextVar("tags", default: [String]())

    struct Failure: Error {}

    /// Checks that exactly one issue is recorded, with a certain comment and at a certain line.
    private func expectIssue(
        _ comment: String, line: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async throws {
        try await withKnownIssue(sourceLocation: sourceLocation) {
            try await body()
        } matching: { issue in
            issue.comments.map(\.rawValue) == [comment]
                && (line == nil || issue.sourceLocation?.line == line)
        }
    }

    // MARK: - Nothing leaks

    @Test func `An operation that changes nothing passes, and returns its result`() async throws {
        try number.set(1)
        #expect(expectNoContextLeak { number.get() } == 1)
        #expect(await expectNoContextLeak { await Task { number.get() }.value } == 1)
    }

    @Test func `An operation may set what it resets, and change contexts of its own`() async throws {
        let token = try number.set(1)
        try expectNoContextLeak {
            try number.reset(number.set(2))
            text.withValue("a") { #expect(throws: Never.self) { try number.set(3) } }
            try Context().run { try number.set(4) }
        }
        try await expectNoContextLeak {
            try await Context().run {
                try number.set(5)
                await Task.yield()
            }
            await Task { _ = try? number.set(6) }.value
        }
        try number.reset(token)
    }

    @Test func `A value that is set to an equal one has not changed`() throws {
        try tags.set(["a"])
        try expectNoContextLeak { try tags.set(["b", "a"].dropFirst().map { $0 }) }
    }

    @Test func `An operation that has no context to change passes, and sees what is so`() async throws {
        await Task.detached {
            _ = expectNoContextLeak {
                #expect(throws: ContextError.noCurrentContext) { try number.set(1) }
            }
        }.value
        async let child: Void = expectNoContextLeak {
            #expect(throws: ContextError.borrowedContext) { try number.set(1) }
        }
        await child
    }

    // MARK: - Something leaks

    @Test func `What is added, changed and unset is named`() async throws {
        let token = try number.set(1)
        try tags.set(["a"])
        let leak = """
            the operation changed its caller's context: added 'text': Optional("b"), changed 'tags' from ["a"] to [], \
            unset 'number', which was 1
            """
        try await expectIssue(leak) {
            try expectNoContextLeak {
                try text.set("b")
                try tags.set([])
                try number.reset(token)
            }
        }
    }

    @Test func `An asynchronous operation's leak is found after a suspension`() async throws {
        try await expectIssue("the operation changed its caller's context: added 'number': 1") {
            try await expectNoContextLeak {
                await Task.yield()
                try number.set(1)
            }
        }
    }

    @Test func `The issue has the call's comment and place`() async throws {
        try await expectIssue(
            "login: the operation changed its caller's context: added 'number': 1", line: #line + 1
        ) { _ = try expectNoContextLeak("login") { try number.set(1) } }
    }

    @Test func `The caller has the result, and the changes`() async throws {
        try number.set(1)
        var result = 0
        try await expectIssue("the operation changed its caller's context: changed 'number' from 1 to 2") {
            result = try expectNoContextLeak {
                try number.set(2)
                return number.get()
            }
        }
        #expect(result == 2 && number.get() == 2)
    }

    @Test func `An operation that throws is checked too`() async throws {
        try await expectIssue("the operation changed its caller's context: added 'number': 1") {
            #expect(throws: Failure.self) {
                try expectNoContextLeak {
                    try number.set(1)
                    throw Failure()
                }
            }
        }
    }

    @Test func `The operation stays on the caller's actor`() async throws {
        try await Account().check(number)
    }

    private actor Account {
        var balance = 0

        func check(_ variable: ContextVar<Int>) async throws {
            try await expectNoContextLeak {
                balance += 1
                await Task.yield()
                try variable.reset(variable.set(balance))
            }
            #expect(balance == 1)
        }
    }
}
