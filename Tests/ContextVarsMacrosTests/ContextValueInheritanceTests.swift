// SPDX-License-Identifier: Apache-2.0
#if Macros
import ContextVarsMacros
import Testing

private enum Call {
    @ContextValue(inheritance: .never) static var transaction: String?
    @ContextValue("x-request-id", inheritance: .never) static var id: String?
    @ContextValue(inheritance: .copied) static var tenant = "public"
    @ContextValue("call.depth", inheritance: .transformed { $0 + 1 }) static var depth = 0
    @ContextValue(inheritance: .transformed { (path: [String]) in path + ["/"] }) static var path: [String] = []
    @ContextValue("call.span", inheritance: .transformed(Span.child)) static var span: Span = Span(number: 0)
}

private struct Span: Equatable {
    var number: Int
    static func child(_ parent: Span) -> Span { Span(number: parent.number + 1) }
}

private actor Worker {
    @ContextValue(inheritance: .never) static var lock: Int?
    @ContextValue("worker.depth", inheritance: .transformed { $0 + 1 }) nonisolated static var depth = 0

    func seen() -> (Int?, Int) { (Self.lock, Self.depth) }
    func seenInTask() async -> (Int?, Int) { await Task { (Self.lock, Self.depth) }.value }
}

@ContextValue("connection", inheritance: .never) private var connection: Int?

@Suite struct ContextValueInheritanceTests {
    @Test func `A value that is never inherited stays where it was set`() async throws {
        try await Context().run {
            try Call.$transaction.set("t1")
            try Call.$id.set("a7")
            try $connection.set(3)
            #expect((Call.transaction, Call.id, connection) == ("t1", "a7", 3))
            let seen = await Task { (Call.transaction, Call.id, connection) }.value
            #expect(seen == (nil, nil, nil))
            ContextSnapshot.current.run { #expect((Call.transaction, Call.id, connection) == (nil, nil, nil)) }
            #expect((Call.transaction, Call.id, connection) == ("t1", "a7", 3))
        }
        #expect(Call.$id.name == "x-request-id" && Call.$transaction.name == "Call.transaction")
    }

    @Test func `A value is handed over as its function says, and others are copied`() async throws {
        try await Context().run {
            try Call.$tenant.set("acme")
            try Call.$depth.set(1)
            try Call.$path.set(["a"])
            try Call.$span.set(Span(number: 5))
            let seen = await Task { (Call.tenant, Call.depth, Call.path, Call.span.number) }.value
            #expect(seen == ("acme", 2, ["a", "/"], 6))
            #expect((Call.tenant, Call.depth, Call.path, Call.span.number) == ("acme", 1, ["a"], 5))
        }
    }

    @Test func `Rules hold in an actor too`() async throws {
        let worker = Worker()
        try await Context().run {
            try Worker.$lock.set(1)
            try Worker.$depth.set(1)
            #expect(await worker.seen() == (1, 1))
            #expect(await worker.seenInTask() == (nil, 2))
        }
    }
}
#endif
