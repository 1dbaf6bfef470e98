// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsHummingbird
import ContextVarsTracing
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct RequestIDTests {
    static func routes(_ router: Router<BasicRequestContext>) {
        router.get("id") { _, context in "\(Current.requestID.get() ?? "-") \(context.id)" }
        router.get("teapot") { _, _ -> String in throw HTTPError(.init(code: 418), message: "short and stout") }
        router.get("broken") { _, _ -> String in throw ContextError.lookup }
    }

    let middleware = ContextMiddleware<BasicRequestContext>(requestID: Current.requestID)

    @Test(arguments: [
        "a7", "0", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "Root=1:a/b+c@d~e.f_g",
        String(repeating: "x", count: 128),
    ])
    func `An id of a good form is taken over`(id: String) async throws {
        try await serve([middleware], routes: Self.routes) { client async throws in
            let response = try await client.get("/id", [.requestID: id])
            #expect(response.text.hasPrefix("\(id) "))
            #expect(response.headers[.requestID] == id)
        }
    }

    @Test(arguments: [
        "", "a b", "a,b", "<script>", "a\"b", "a;b", "é", "%0a", "{}", String(repeating: "x", count: 129),
        String(repeating: "x", count: 6000),
    ])
    func `An id of another form is replaced by Hummingbird's`(id: String) async throws {
        try await serve([middleware], routes: Self.routes) { client async throws in
            let response = try await client.get("/id", [.requestID: id])
            let words = response.text.split(separator: " ")
            #expect(words.count == 2 && words[0] == words[1])
            #expect(response.headers[.requestID].map { words[0] == $0 } == true)
        }
    }

    @Test func `Two ids are none`() async throws {
        try await serve([middleware], routes: Self.routes) { client async throws in
            var headers = HTTPFields()
            headers.append(HTTPField(name: .requestID, value: "a"))
            headers.append(HTTPField(name: .requestID, value: "b"))
            let words = try await client.get("/id", headers).text.split(separator: " ")
            #expect(words.count == 2 && words[0] == words[1])
        }
    }

    @Test func `An id isn't taken over where that is not wanted, and the header can have another name`() async throws {
        let name = HTTPField.Name("x-correlation-id")!
        let closed = ContextMiddleware<BasicRequestContext>(
            requestID: Current.requestID, header: name, acceptsIncoming: false)
        try await serve([closed], routes: Self.routes) { client async throws in
            let response = try await client.get("/id", [name: "a7"])
            let words = response.text.split(separator: " ")
            #expect(words.count == 2 && words[0] == words[1] && words[0] != "a7")
            #expect(response.headers[name].map { words[0] == $0 } == true && response.headers[.requestID] == nil)
        }
    }

    @Test func `Without a variable there is no id, and no header`() async throws {
        try await serve([ContextMiddleware<BasicRequestContext>()], routes: Self.routes) { client async throws in
            let response = try await client.get("/id", [.requestID: "a7"])
            #expect(response.text.hasPrefix("- "))
            #expect(response.headers[.requestID] == nil)
        }
    }

    @Test func `The responses to errors have the id, and are otherwise as without it`() async throws {
        try await serve([middleware], routes: Self.routes) { client async throws in
            try await serve([], routes: Self.routes) { plain in
                for path in ["/teapot", "/broken", "/nowhere"] {
                    let response = try await client.get(path, [.requestID: "a7"])
                    let expected = try await plain.get(path)
                    #expect(response.headers[.requestID] == "a7")
                    #expect(response.status == expected.status && response.text == expected.text)
                    #expect(response.headers[.contentType] == expected.headers[.contentType])
                }
            }
        }
    }

    @Test func `An id that came as baggage is kept, below one in the header`() async throws {
        let instrument = BaggageInstrument([try BaggageEntry("request-id", Current.requestID)])
        let middleware = ContextMiddleware<BasicRequestContext>(requestID: Current.requestID, instrument: instrument)
        try await serve([middleware], routes: Self.routes) { client async throws in
            let brought = try await client.get("/id", [.baggage: "request-id=b1"])
            #expect(brought.text.hasPrefix("b1 ") && brought.headers[.requestID] == "b1")
            let both = try await client.get("/id", [.baggage: "request-id=b1", .requestID: "a7"])
            #expect(both.text.hasPrefix("a7 "))
            let bad = try await client.get("/id", [.baggage: "request-id=b%201"])
            #expect(bad.headers[.requestID] != "b 1" && bad.headers[.requestID] != nil)
        }
    }
}
#endif
