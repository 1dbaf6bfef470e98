// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import ContextVars
import ContextVarsAutomatic
import Dispatch
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// async-http-client, whose futures are SwiftNIO's.
@Suite struct AsyncHTTPClientTests {
    /// A future's callbacks run on its event loop, which Dispatch has no part in.
    @Test func `Callbacks of futures have no context, unless they are wrapped`() async {
        await #expect(processExitsWith: .success) {
            try await withServer { url in
                #expect(try await valueSeenByCallback(of: url) == nil)
                try AutomaticPropagation.enable()
                #expect(try await valueSeenByCallback(of: url) == nil)
                let wrapped = try await valueSeen { note in
                    let note = ContextSnapshot.current.wrap { (_: Result<HTTPClient.Response, any Error>) in note() }
                    HTTPClient.shared.get(url: url).whenComplete(note)
                }
                #expect(wrapped == "a7")
            }
        }
    }

    @Test func `A callback may hand over to Dispatch, which follows what it was wrapped in`() async {
        await #expect(processExitsWith: .success) {
            try await withServer { url in
                try AutomaticPropagation.enable()
                let seen = try await valueSeen { note in
                    let handOver = ContextSnapshot.current.wrap { (_: Result<HTTPClient.Response, any Error>) in
                        DispatchQueue.global().async(execute: note)
                    }
                    HTTPClient.shared.get(url: url).whenComplete(handOver)
                }
                #expect(seen == "a7")
            }
        }
    }

    @Test func `A request that is awaited leaves its task the context, and event loops without one`() async {
        await #expect(processExitsWith: .success) {
            try await withServer { url in
                for isOn in [false, true] {
                    if isOn { try AutomaticPropagation.enable() }
                    try await Context().run {
                        try request.set("a7")
                        let response = try await HTTPClient.shared.execute(
                            HTTPClientRequest(url: url), timeout: .hours(1))
                        _ = try await response.body.collect(upTo: 1024)
                        #expect(response.status == .ok && request.get() == "a7")
                    }
                }
                // The connections and the loops were made in a context, and serve everybody.
                for loop in HTTPClient.defaultEventLoopGroup.makeIterator() {
                    #expect(try await loop.submit { request.get() }.get() == nil)
                }
            }
        }
    }
}

/// What a callback of a request reads whose future was made in a context with a value.
private func valueSeenByCallback(of url: String) async throws -> String? {
    try await valueSeen { note in
        HTTPClient.shared.get(url: url).whenComplete { result in
            #expect(throws: Never.self) { try result.get() }
            note()
        }
    }
}

/// Runs code with the address of a server.
private func withServer(_ body: (String) async throws -> Void) async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                try channel.pipeline.syncOperations.addHandler(Responder())
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(server.localAddress?.port)
    try await body("http://127.0.0.1:\(port)/")
    try await server.close()
}

/// Answers every request with nothing.
private final class Responder: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
