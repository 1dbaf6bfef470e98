// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsHummingbird
import Dispatch
import Hummingbird
import HummingbirdTesting
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct RequestContextTests {
    let middleware = ContextMiddleware<BasicRequestContext>(requestID: Current.requestID)

    @Test func `The handler sets variables, and all that it starts sees them`() async throws {
        try await serve([middleware]) { router in
            router.get("hops") { _, _ in
                try Current.user.set("ada")
                async let child = Current.user.get()
                let task = Task { Current.user.get() }
                let snapshot = ContextSnapshot.current
                let onQueue = await withCheckedContinuation { continuation in
                    DispatchQueue.global().async {
                        snapshot.run { continuation.resume(returning: Current.user.get()) }
                    }
                }
                return [await child, await task.value, onQueue].map { $0 ?? "-" }.joined(separator: " ")
            }
        } test: { client async throws in
            #expect(try await client.get("/hops").text == "ada ada ada")
        }
    }

    @Test func `Without it a handler has no context to set a variable in`() async throws {
        try await serve([]) { router in
            router.get("/") { _, _ in
                do throws(ContextError) {
                    try Current.user.set("ada")
                    return "set"
                } catch { return "\(error.code)" }
            }
        } test: { client async throws in
            #expect(try await client.get("/").text == "\(ContextError.Code.noCurrentContext)")
        }
    }

    @Test func `Requests on one connection don't see each other's values`() async throws {
        try await serve([middleware]) { router in
            router.get("user") { request, _ in
                let before = Current.user.get() ?? "-"
                try Current.user.set(String(request.uri.queryParameters["name"] ?? ""))
                return before
            }
        } test: { client async throws in
            for name in ["a", "b", "c"] { #expect(try await client.get("/user?name=\(name)").text == "-") }
        }
    }

    @Test func `Many requests at once each have their own values`() async throws {
        try await serve([middleware]) { router in
            router.get("user") { request, _ in
                let name = String(request.uri.queryParameters["name"] ?? "")
                try Current.user.set(name)
                for _ in 0..<5 {
                    await Task.yield()
                    guard Current.user.get() == name, await Task(operation: { Current.user.get() }).value == name else {
                        return "mixed up"
                    }
                }
                return "\(Current.requestID.get() ?? "-") \(name)"
            }
        } test: { client async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for first in 0..<8 {
                    group.addTask {
                        try await Client.connect(to: client.port) { client in
                            for number in stride(from: first, to: 200, by: 8) {
                                let response = try await client.get(
                                    "/user?name=n\(number)", [.requestID: "r\(number)"])
                                #expect(response.text == "r\(number) n\(number)")
                                #expect(response.headers[.requestID] == "r\(number)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `Middleware above reads nothing, and middleware below reads what the handler set`() async throws {
        struct Peek: RouterMiddleware {
            let seen: @Sendable (String?) -> Void

            func handle(
                _ request: Request, context: BasicRequestContext,
                next: (Request, BasicRequestContext) async throws -> Response
            ) async throws -> Response {
                let response = try await next(request, context)
                seen(Current.user.get())
                return response
            }
        }
        let (above, below) = (Recorder<String?>(), Recorder<String?>())
        try await serve([Peek(seen: above.record), middleware, Peek(seen: below.record)]) { router in
            router.get("/") { _, _ in
                try Current.user.set("ada")
                return ""
            }
        } test: { client async throws in
            _ = try await client.get("/")
        }
        #expect(above.elements == [nil] && below.elements == ["ada"])
    }

    @Test func `A request starts with the values that were current around the server`() async throws {
        try await Context().run {
            try Current.tenant.set("of the process")
            try await serve([middleware]) { router in
                router.get("/") { _, _ in Current.tenant.get() ?? "-" }
            } test: { client async throws in
                #expect(try await client.get("/").text == "of the process")
            }
        }
    }
}
#endif
