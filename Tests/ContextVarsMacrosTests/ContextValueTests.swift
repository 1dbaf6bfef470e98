// SPDX-License-Identifier: Apache-2.0
#if Macros
import ContextVarsMacros
import Testing

private enum Request {
    @ContextValue static var id: String?
    @ContextValue static var tenant = "public"
    @ContextValue("x-attempt") static var attempt: Int = 1
    @ContextValue nonisolated static var user: String?
    @ContextValue fileprivate static var names: [String] = []
    @ContextValue static var onFailure: (@Sendable () -> String)?

    enum Retry {
        @ContextValue static var count = 0
    }
}

/// Variables for clients of a module.
public enum PublicRequest {
    /// The request.
    @ContextValue public static var id: String?
    @available(macOS 15, *)
    @ContextValue package static var key: Int!
}

extension Request.Retry {
    @ContextValue static var limit = 3
}

private actor Session {
    @ContextValue static var user = "nobody"

    func userInside() -> String { Self.user }
    func userInTask() async -> String { await Task { Self.user }.value }
}

@MainActor private enum Screen {
    @ContextValue static var title = "untitled"
    @ContextValue nonisolated static var theme = "light"
}

@ContextValue private var deadline: Int?

/// The variables are constants that can be used from everywhere.
private let variables: [AnyContextVar] = [Request.$id, PublicRequest.$key, Screen.$title, $deadline]

@Suite struct ContextValueTests {
    @Test func `A property reads its default, and what withValue gives for a body`() {
        #expect(Request.id == nil)
        #expect(Request.tenant == "public")
        Request.$tenant.withValue("acme") {
            #expect(Request.tenant == "acme")
        }
        #expect(Request.tenant == "public")
    }

    @Test func `A property reads what set has set, until reset`() throws {
        try Context().run {
            let token = try Request.$tenant.set("acme")
            try Request.$id.set("a7")
            #expect(Request.tenant == "acme")
            #expect(Request.id == "a7")
            try Request.$tenant.reset(token)
            #expect(Request.tenant == "public")
        }
        #expect(Request.id == nil)
    }

    @Test func `Variables are named for their types and properties`() {
        #expect(Request.$id.name == "Request.id")
        #expect(Request.$attempt.name == "x-attempt")
        #expect(Request.Retry.$count.name == "Request.Retry.count")
        #expect(Request.Retry.$limit.name == "Request.Retry.limit")
        #expect($deadline.name == "deadline")
        #expect(variables.map(\.name) == ["Request.id", "PublicRequest.key", "Screen.title", "deadline"])
    }

    @Test func `Values of all kinds of types`() {
        #expect(Request.onFailure == nil)
        Request.$onFailure.withValue({ "failed" }) {
            #expect(Request.onFailure?() == "failed")
        }
        Request.$names.withValue(["a"]) {
            #expect(Request.names == ["a"])
        }
        #expect(PublicRequest.key == nil)
        PublicRequest.$key.withValue(7) {
            #expect(PublicRequest.key + 1 == 8)
        }
        $deadline.withValue(5) {
            #expect(deadline == 5)
        }
    }

    @Test func `A value is that of the context, in tasks and in actors`() async {
        await Session.$user.withValue("ann") {
            let session = Session()
            #expect(await session.userInside() == "ann")
            #expect(await session.userInTask() == "ann")
            async let child = Session.user
            #expect(await child == "ann")
            #expect(await Task.detached { Session.user }.value == "nobody")
        }
    }

    @Test func `In a type with a global actor, the variable is free and the property is where it says`() async {
        await Screen.$title.withValue("home") {
            let title = await MainActor.run { Screen.title }
            #expect(title == "home")
        }
        Screen.$theme.withValue("dark") {
            #expect(Screen.theme == "dark")
        }
    }

    @Test func `A variable with a new value is the same key`() throws {
        let context = Context()
        try context.run { try Request.$user.set("ann") }
        #expect(context[Request.$user] == "ann")
        #expect(Request.user == nil)
    }
}
#endif
