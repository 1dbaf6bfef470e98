// SPDX-License-Identifier: Apache-2.0
#if Tools
import ContextTraceFormat
import ContextVarsTooling
import Foundation
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite struct TracePageTests {
    @Test func `The page is one file without an address of another`() throws {
        let page = TracePage.html(ExampleTrace.make(events: 200), title: "a <b>.json")
        #expect(page.contains("<title>a &lt;b&gt;.json"))
        #expect(!page.contains("@@"))
        #expect(page.firstMatch(of: /(src|href)="(?!data:|#)/) == nil)
        #expect(page.firstMatch(of: /https?:\/\//) == nil)
    }

    @Test func `Values can't end the element that they are in`() throws {
        let value = "</script><script>alert(1)</script>\u{2028}\"\\"
        let trace = Trace(
            lanes: [TraceLane(1, .task)],
            events: [TraceEvent(.set, time: 1, lane: 1, context: 1, variable: "v", value: value)])
        let page = TracePage.html(trace, title: "t")
        #expect(!page.contains("alert(1)</script>"))
        let match = try #require(page.firstMatch(of: /<script type="application\/json" id="trace">([^<]*)<\/script>/))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(match.1.utf8)) as? [String: Any])
        #expect((object["strings"] as? [String])?.contains(value) == true)
    }

    @Test func `The server gives the page to this machine, and refuses other names, paths and methods`() async throws {
        let server = try PageServer(page: "<p>hello</p>")
        let port = server.port
        let thread = ServerThread(server, requests: 4)
        let page = try await status("/", port)
        #expect(page == .init(code: 200, body: "<p>hello</p>"))
        #expect(try await status("/other", port).code == 404)
        #expect(try await status("/", port, method: "POST").code == 405)
        // A name of the web that leads to this machine.
        #expect(try await status("/", port, host: "evil.example:\(port)").code == 403)
        await thread.end()
    }

    @Test func `A port that is taken is an error`() throws {
        let server = try PageServer(page: "")
        #expect(throws: ToolError.self) { _ = try PageServer(page: "", port: server.port) }
    }

    private struct Answer: Equatable {
        let code: Int
        let body: String
    }

    private func status(
        _ path: String, _ port: UInt16, method: String = "GET", host: String? = nil
    ) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = method
        if let host { request.setValue(host, forHTTPHeaderField: "Host") }
        let (data, response) = try await URLSession.shared.data(for: request)
        return Answer(
            code: (response as? HTTPURLResponse)?.statusCode ?? 0, body: String(decoding: data, as: UTF8.self))
    }
}

/// Serves some requests on a thread.
private final class ServerThread: Sendable {
    private let ended: AsyncStream<Void>

    init(_ server: consuming PageServer, requests: Int) {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        ended = stream
        let box = Box(server)
        Thread.detachNewThread {
            var rest = requests
            try? box.server.serve {
                rest -= 1
                return rest >= 0
            }
            continuation.finish()
        }
    }

    func end() async {
        for await _ in ended {}
    }

    /// Carries the server to the thread, which alone uses it.
    private final class Box: Sendable {
        let server: PageServer
        init(_ server: consuming PageServer) { self.server = server }
    }
}
#endif
