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

    @Test(arguments: [UInt64(Int.max), .max])
    func `The largest numbers have a page`(number: UInt64) {
        let trace = Trace(
            lanes: [TraceLane(number, .task)],
            events: [
                TraceEvent(.copied, time: number, lane: number, context: number, parent: number, flow: number)
            ])
        let page = TracePage.html(trace, title: "t")
        for column in ["t", "l", "c", "p", "f"] { #expect(page.contains("\"\(column)\":[\(Int.max)]")) }
        #expect(page.contains("\"lanes\":[[\(Int.max),"))
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

    @Test(arguments: [
        ("127.0.0.1:80", 80, true), ("127.0.0.1", 80, true), ("localhost", 80, true),
        (" \tlocalhost:8080 \t", 8080, true),
        ("localhost", 8080, false), ("localhost:80", 8080, false), ("evil.example", 80, false), ("", 80, false),
    ])
    func `The port of HTTP may be left out, and spaces and tabs don't matter`(
        host: String, port: UInt16, isLocal: Bool
    ) {
        #expect(PageServer.isLocal(host: host, port: port) == isLocal)
    }

    @Test func `A client that sends a byte now and then doesn't keep the others out`() async throws {
        let server = try PageServer(page: "", patience: .milliseconds(500))
        let port = server.port
        let thread = ServerThread(server, requests: 1)
        #expect(isRefusedTrickling(to: port, for: .seconds(60)))
        await thread.end()
    }

    /// Sends bytes one by one until there is an answer or no connection; false if neither comes in that time.
    private func isRefusedTrickling(to port: UInt16, for time: Duration) -> Bool {
        #if canImport(Glibc)
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let client = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        defer { close(client) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        #expect(isConnected)
        let end = ContinuousClock.now + time
        var byte = UInt8(ascii: "x")
        while ContinuousClock.now < end {
            guard send(client, &byte, 1, 0) == 1 else { return true }
            usleep(50_000)
            var answer: UInt8 = 0
            if recv(client, &answer, 1, Int32(MSG_DONTWAIT)) >= 0 || errno != EAGAIN { return true }
        }
        return false
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
