// SPDX-License-Identifier: Apache-2.0
#if AsyncHTTPClient
import AsyncHTTPClient
import ContextVars
import ContextVarsAsyncHTTPClient
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct CallbackTests {
    /// Records which tenant each callback reads.
    final class Probe: HTTPClientResponseDelegate {
        let seen = Recorder<String>()

        func record(_ callback: String) {
            seen.record("\(callback): \(Current.tenant.get() ?? "-")")
        }

        func didSendRequestHead(task: HTTPClient.Task<Int>, _ head: HTTPRequestHead) { record("head sent") }
        func didSendRequestPart(task: HTTPClient.Task<Int>, _ part: IOData) { record("part sent") }
        func didSendRequest(task: HTTPClient.Task<Int>) { record("sent") }
        func didVisitURL(task: HTTPClient.Task<Int>, _ request: HTTPClient.Request, _ head: HTTPResponseHead) {
            record("visited")
        }
        func didReceiveHead(task: HTTPClient.Task<Int>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
            record("head")
            return task.eventLoop.makeSucceededVoidFuture()
        }
        func didReceiveBodyPart(task: HTTPClient.Task<Int>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
            record("part")
            return task.eventLoop.makeSucceededVoidFuture()
        }
        func didReceiveError(task: HTTPClient.Task<Int>, _ error: any Error) { record("error") }
        func didFinishRequest(task: HTTPClient.Task<Int>) throws -> Int {
            record("finished")
            return 7
        }
    }

    static let callbacks: Set = ["head sent", "part sent", "sent", "visited", "head", "part", "finished"]

    @Test func `All callbacks of a delegate read the values of the snapshot`() async throws {
        try await EchoServer.run { server in
            try await withClient { client in
                let request = try HTTPClient.Request(url: server.url, method: .POST, body: .string("content"))
                try await Context().run {
                    try Current.tenant.set("acme")
                    let (probe, plain) = (Probe(), Probe())
                    let result = try await client.execute(request: request, delegate: probe.inContext(.current)).get()
                    #expect(result == 7)
                    #expect(Set(probe.seen.elements) == Set(Self.callbacks.map { "\($0): acme" }))

                    _ = try await client.execute(request: request, delegate: plain).get()
                    #expect(Set(plain.seen.elements) == Set(Self.callbacks.map { "\($0): -" }), "lost without it")
                }
            }
        }
    }

    @Test func `A failure is reported in the values of the snapshot`() async throws {
        try await EchoServer.run { server in
            try await withClient { client in
                let probe = Probe()
                let delegate = probe.inContext(ContextSnapshot().with(Current.tenant, "acme"))
                let request = try HTTPClient.Request(url: server.url + "hang-up")
                await #expect(throws: (any Error).self) {
                    _ = try await client.execute(request: request, delegate: delegate).get()
                }
                #expect(probe.seen.elements.last == "error: acme")
                #expect(probe.seen.elements.allSatisfy { $0.hasSuffix(": acme") })
            }
        }
    }

    @Test func `Callbacks of the futures keep the context through wrap`() async throws {
        try await EchoServer.run { server in
            try await withClient { client in
                try await Context().run {
                    try Current.tenant.set("acme")
                    let snapshot = ContextSnapshot.current
                    let future = client.get(url: server.url)
                    let kept = try await future.map(snapshot.wrap { _ in Current.tenant.get() ?? "-" }).get()
                    let lost = try await future.map { _ in Current.tenant.get() ?? "-" }.get()
                    #expect(kept == "acme" && lost == "-")
                }
            }
        }
    }

    @Test func `A streamed body is written with the values of the snapshot`() async throws {
        try await EchoServer.run { server in
            try await withClient { client in
                let body = HTTPClient.Body.stream(contentLength: nil) { writer in
                    writer.write(.byteBuffer(ByteBuffer(string: Current.tenant.get() ?? "-")))
                }
                var request = try HTTPClient.Request(url: server.url, method: .POST, body: body)
                try await Context().run {
                    try Current.tenant.set("acme")
                    let lost = try await client.echo(request)
                    #expect(lost.content == "-")
                    request.body = body.inContext(.current)
                    let kept = try await client.echo(request)
                    #expect(kept.content == "acme")
                }
            }
        }
    }

    @Test func `The sequence of an asynchronous body runs in the values of the snapshot`() async throws {
        struct Tenants: AsyncSequence, AsyncIteratorProtocol, Sendable {
            var isDone = false

            func makeAsyncIterator() -> Tenants { self }

            mutating func next() async -> ByteBuffer? {
                if isDone { return nil }
                isDone = true
                return ByteBuffer(string: Current.tenant.get() ?? "-")
            }
        }
        try await EchoServer.run { server in
            try await withClient { client in
                var request = HTTPClientRequest(url: server.url)
                request.method = .POST
                try await Context().run {
                    try Current.tenant.set("acme")
                    request.body = .stream(Tenants(), length: .unknown)
                    let lost = try await client.echo(request)
                    #expect(lost.content == "-", "the client reads it in a task of its event loop")
                    request.body = .stream(Tenants().inContext(.current), length: .unknown)
                    let kept = try await client.echo(request)
                    #expect(kept.content == "acme")
                }
            }
        }
    }

    @Test func `The body of a response is read in the reader's own context`() async throws {
        try await EchoServer.run { server in
            try await withClient { client in
                try await Context().run {
                    try Current.tenant.set("acme")
                    let response = try await client.execute(HTTPClientRequest(url: server.url), timeout: .hours(1))
                    for try await _ in response.body { #expect(Current.tenant.get() == "acme") }
                }
            }
        }
    }
}
#endif
