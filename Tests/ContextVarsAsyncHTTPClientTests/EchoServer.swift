// SPDX-License-Identifier: Apache-2.0
#if AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP server on a port of the system's choice.
///
/// It answers with the headers and the body that it got; what is asked for at `/to/PORT` is to be found on another port,
/// and at `/hang-up` it closes the connection.
struct EchoServer: Sendable {
    let channel: any Channel

    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "http://127.0.0.1:\(port)/" }

    static func run<Result>(_ body: (EchoServer) async throws -> Result) async throws -> Result {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(EchoHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(EchoServer(channel: channel))
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }
}

private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var head: HTTPRequestHead?
    private var content = ""

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            content = ""
        case .body(let buffer):
            content += String(buffer: buffer)
        case .end:
            if let head { answer(head, in: context) }
        }
    }

    private func answer(_ request: HTTPRequestHead, in context: ChannelHandlerContext) {
        if request.uri == "/hang-up" { return context.close(promise: nil) }
        let lines = request.headers.map { "\($0.name.lowercased()): \($0.value)\n" }
        let body = ByteBuffer(string: lines.joined() + "\n" + content)
        var response = HTTPResponseHead(version: .http1_1, status: .ok)
        if let target = request.uri.split(separator: "/", maxSplits: 1).last, request.uri.hasPrefix("/to/") {
            response.status = .temporaryRedirect
            response.headers.add(name: "location", value: "http://127.0.0.1:\(target)/")
        }
        response.headers.add(name: "content-length", value: "\(body.readableBytes)")
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
#endif
