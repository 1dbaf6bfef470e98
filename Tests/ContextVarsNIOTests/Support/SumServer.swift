// SPDX-License-Identifier: Apache-2.0
#if NIO
import ContextVars
import ContextVarsNIO
import NIOCore
import NIOPosix
import Testing

/// A server of sums: `hello NAME`, then for each request `start ID`, some `add N`, and `end`.
func withSumServer(
    _ group: any EventLoopGroup, keepingContext: Bool = true, witnesses: Witnesses = Witnesses(),
    _ body: (SocketAddress) async throws -> Void
) async throws {
    let server = try await ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 512)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(ByteToMessageHandler(LineDecoder()))
                if keepingContext {
                    try pipeline.addHandler(
                        ContextChannelHandler(context: ContextSnapshot()) { (line: String) in
                            line.hasPrefix("start") ? .start : line == "end" ? .end : .middle
                        })
                }
                try pipeline.addHandler(SumHandler(group.next(), witnesses))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        try await body(server.localAddress!)
    } catch {
        try await server.close()
        throw error
    }
    try await server.close()
}

/// The variables, for a reply.
func summary() -> String {
    "\(Request.id.get() ?? "-") \(Request.sum.get()) \(Request.connection.get() ?? "-")"
}

/// Answers from callbacks that go over another event loop.
private final class SumHandler: ChannelInboundHandler {
    typealias InboundIn = String

    private let otherLoop: any EventLoop
    private let witnesses: Witnesses

    init(_ otherLoop: any EventLoop, _ witnesses: Witnesses) {
        self.otherLoop = otherLoop
        self.witnesses = witnesses
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let words = unwrapInboundIn(data).split(separator: " ").map(String.init)
        switch words[0] {
        case "hello": _ = try? Request.connection.set(words[1])
        case "start":
            _ = try? Request.id.set(words[1])
            _ = try? Request.witness.set(Witness(countedBy: witnesses))
        case "add": _ = try? Request.sum.set(Request.sum.get() + Int(words[1])!)
        default:
            otherLoop.submit(context: .current) { summary() }
                .inContext(.current)
                .hop(to: context.eventLoop)
                .map { [channel = context.channel] there in
                    let here = summary()
                    channel.writeAndFlush(ByteBuffer(string: here == there ? "\(here)\n" : "mixed\n"), promise: nil)
                }
                .whenFailure { Issue.record($0) }
        }
    }
}
#endif
