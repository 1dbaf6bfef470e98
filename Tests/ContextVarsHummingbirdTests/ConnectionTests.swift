// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsHummingbird
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOPosix
import Testing

/// Several requests on one connection, sent before the first has its answer.
@Suite(.timeLimit(.minutes(15))) struct ConnectionTests {
    static func routes(_ router: Router<BasicRequestContext>) {
        // Reads its body slowly, so that the next request arrives in the middle, and what it reads is its own.
        router.post("slow") { request, _ in
            let before = seen()
            try Current.user.set("slow")
            var (count, kept) = (0, true)
            for try await buffer in request.body {
                count += buffer.readableBytes
                kept = kept && Current.user.get() == "slow"
                for _ in 0..<20 { await Task.yield() }
            }
            return "\(before) \(count) \(kept)\n"
        }
        router.get("next") { _, _ in
            defer { _ = try? Current.user.set("next") }
            return seen() + "\n"
        }
    }

    private static func seen() -> String { "\(Current.user.get() ?? "-") \(Current.tenant.get() ?? "-")" }

    @Test func `A request after one whose large body is read slowly sees the server's values only`() async throws {
        let middleware = ContextMiddleware<BasicRequestContext>()
        try await Current.tenant.withValue("server") {
            try await serve([middleware], routes: Self.routes) { client async throws in
                let size = 4 << 20
                let slow =
                    "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n"
                    + String(repeating: "x", count: size)
                let next = "GET /next HTTP/1.1\r\nHost: a\r\n"
                let responses = try await exchange(
                    slow + next + "\r\n" + slow + next + "\r\n" + next + "Connection: close\r\n\r\n",
                    port: client.port)
                let bodies = responses.split(whereSeparator: \.isNewline).filter { $0.contains("server") }
                #expect(
                    bodies == ["- server \(size) true", "- server", "- server \(size) true", "- server", "- server"])
            }
        }
    }

    /// Sends some bytes on a new connection, and gives what comes back until the server closes it.
    private func exchange(_ bytes: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            async let sent: Void = outbound.write(ByteBuffer(string: bytes))
            var received = ByteBuffer()
            for try await var buffer in inbound { received.writeBuffer(&buffer) }
            try await sent
            return String(buffer: received)
        }
    }
}
#endif
