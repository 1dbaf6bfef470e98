// SPDX-License-Identifier: Apache-2.0
#if NIO
import NIOCore
import NIOPosix

/// Splits what a channel reads into lines.
struct LineDecoder: ByteToMessageDecoder {
    typealias InboundOut = String

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return .needMoreData }
        let line = buffer.readString(length: end - buffer.readerIndex)!
        buffer.moveReaderIndex(forwardBy: 1)
        context.fireChannelRead(NIOAny(line))
        return .continue
    }
}

/// Sends some bytes on a new connection, and gives the lines that come back until the server closes it, or until there
/// are as many as wanted.
func exchange(
    _ bytes: String, with address: SocketAddress, on loop: any EventLoop, expecting count: Int = .max
) async throws -> [String] {
    let received = loop.makePromise(of: [String].self)
    let channel: any Channel
    do {
        channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(ByteToMessageHandler(LineDecoder()))
                    try pipeline.addHandler(LineCollector(count, received))
                }
            }
            .connect(to: address).get()
    } catch {
        received.fail(error)
        throw error
    }
    channel.writeAndFlush(ByteBuffer(string: bytes), promise: nil)
    let lines = try await received.futureResult.get()
    try await channel.close().recover { _ in }.get()
    return lines
}

private final class LineCollector: ChannelInboundHandler {
    typealias InboundIn = String

    private let count: Int
    private let received: EventLoopPromise<[String]>
    private var lines: [String] = []

    init(_ count: Int, _ received: EventLoopPromise<[String]>) {
        self.count = count
        self.received = received
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lines.append(unwrapInboundIn(data))
        if lines.count == count { received.succeed(lines) }
    }

    func channelInactive(context: ChannelHandlerContext) { received.succeed(lines) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        received.fail(error)
        context.close(promise: nil)
    }
}
#endif
