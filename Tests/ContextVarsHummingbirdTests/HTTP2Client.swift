// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import NIOCore
import NIOPosix

/// A connection that speaks as much HTTP/2 as a test needs: a test decides which stream sends what, and when.
///
/// What is sent must fit into the windows that a connection starts with, 65,535 bytes.
struct HTTP2Client {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received = ByteBuffer()
    private var responses: [UInt32: (body: String, hasEnded: Bool)] = [:]

    /// Connects, and closes the connection when the body has ended.
    static func connect(to port: Int, _ body: (inout HTTP2Client) async throws -> Void) async throws {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var client = HTTP2Client(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            try await outbound.write(ByteBuffer(string: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
            try await client.send(.settings, on: 0)
            try await body(&client)
        }
    }

    /// Sends the head of a request.
    ///
    /// - Parameter ends: Whether that is all of it.
    func sendHead(_ method: Method, _ path: String, on stream: UInt32, ends: Bool) async throws {
        // HPACK: the method and the scheme are entries of its static table, the path and the authority have the names of
        // entries 4 and 1 there.
        var block = ByteBuffer(bytes: [0x80 | method.rawValue, 0x86])
        for (name, value) in [(4, path), (1, "a")] {
            block.writeInteger(UInt8(name))
            block.writeInteger(UInt8(value.utf8.count))
            block.writeString(value)
        }
        try await send(.headers, flags: ends ? [.endHeaders, .endStream] : .endHeaders, block, on: stream)
    }

    /// Sends a piece of a request's body.
    func sendBody(_ text: String, on stream: UInt32, ends: Bool) async throws {
        try await send(.data, flags: ends ? .endStream : [], ByteBuffer(string: text), on: stream)
    }

    /// Waits for the end of a response, and gives its body.
    mutating func response(on stream: UInt32) async throws -> String {
        while responses[stream]?.hasEnded != true {
            while let frame = nextFrame() { try await handle(frame) }
            if responses[stream]?.hasEnded == true { break }
            guard var bytes = try await inbound.next() else { throw ConnectionEnded() }
            received.writeBuffer(&bytes)
        }
        return responses[stream]?.body ?? ""
    }

    /// The server has ended the connection, or a stream of it.
    struct ConnectionEnded: Error {}

    // MARK: - Frames

    /// Their numbers are those of HPACK's static table.
    enum Method: UInt8 { case get = 2, post = 3 }

    private enum Kind: UInt8 { case data = 0, headers = 1, reset = 3, settings = 4, ping = 6, goAway = 7 }

    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let endStream = Flags(rawValue: 1)
        /// Of settings and pings.
        static let isAnswer = Flags(rawValue: 1)
        static let endHeaders = Flags(rawValue: 4)
    }

    private struct Frame {
        let kind: Kind?
        let flags: Flags
        let stream: UInt32
        let payload: ByteBuffer
    }

    private func send(
        _ kind: Kind, flags: Flags = [], _ payload: ByteBuffer = ByteBuffer(), on stream: UInt32
    ) async throws {
        var bytes = ByteBuffer()
        bytes.writeInteger(UInt32(payload.readableBytes) << 8 | UInt32(kind.rawValue))
        bytes.writeInteger(flags.rawValue)
        bytes.writeInteger(stream)
        bytes.writeImmutableBuffer(payload)
        try await outbound.write(bytes)
    }

    private mutating func nextFrame() -> Frame? {
        guard let start: UInt32 = received.getInteger(at: received.readerIndex),
            received.readableBytes >= 9 + Int(start >> 8)
        else { return nil }
        received.moveReaderIndex(forwardBy: 4)
        guard let flags: UInt8 = received.readInteger(), let stream: UInt32 = received.readInteger(),
            let payload = received.readSlice(length: Int(start >> 8))
        else { return nil }
        return Frame(
            kind: Kind(rawValue: UInt8(truncatingIfNeeded: start)), flags: Flags(rawValue: flags), stream: stream,
            payload: payload)
    }

    private mutating func handle(_ frame: Frame) async throws {
        switch frame.kind {
        case .settings where !frame.flags.contains(.isAnswer):
            try await send(.settings, flags: .isAnswer, on: 0)
        case .ping where !frame.flags.contains(.isAnswer):
            try await send(.ping, flags: .isAnswer, frame.payload, on: 0)
        case .data, .headers:
            var response = responses[frame.stream] ?? ("", false)
            if frame.kind == .data { response.body += String(buffer: frame.payload) }
            response.hasEnded = frame.flags.contains(.endStream)
            responses[frame.stream] = response
        case .reset, .goAway: throw ConnectionEnded()
        default: break
        }
    }
}
#endif
