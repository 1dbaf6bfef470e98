// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsHummingbird
import Hummingbird
import HummingbirdHTTP2
import HummingbirdTesting
import Logging
import Testing

/// Several requests on one connection, at once.
@Suite(.timeLimit(.minutes(15))) struct HTTP2Tests {
    @Test func `Streams of one connection see their own values, while the body of one is read slowly`() async throws {
        let (readings, reading) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.add(middleware: ContextMiddleware())
        router.post("slow") { request, _ in
            let before = Self.seen()
            try Current.user.set("slow")
            var (text, kept) = ("", true)
            for try await buffer in request.body {
                text += String(buffer: buffer)
                kept = kept && Current.user.get() == "slow"
                reading.yield(text.count)
            }
            return "\(before), \(text) \(kept), \(Self.seen())"
        }
        router.get("quick") { _, _ in
            let before = Self.seen()
            try Current.user.set("quick")
            return "\(before), \(Self.seen())"
        }

        try await Current.tenant.withValue("server") {
            try await serve(Self.application(router)) { client in
                try await HTTP2Client.connect(to: client.port) { connection in
                    var read = readings.makeAsyncIterator()
                    try await connection.sendHead(.post, "/slow", on: 1, ends: false)
                    for (number, stream) in [UInt32(3), 5, 7].enumerated() {
                        try await connection.sendBody("x", on: 1, ends: false)
                        // The handler is in the middle of its body when another stream has all of its request.
                        while let count = await read.next(), count <= number {}
                        try await connection.sendHead(.get, "/quick", on: stream, ends: true)
                        let response = try await connection.response(on: stream)
                        #expect(response == "- server, quick server")
                    }
                    try await connection.sendBody("y", on: 1, ends: true)
                    let response = try await connection.response(on: 1)
                    #expect(response == "- server, xxxy true, slow server")
                }
            }
        }
    }

    private static func seen() -> String { "\(Current.user.get() ?? "-") \(Current.tenant.get() ?? "-")" }

    private static func application(_ router: Router<BasicRequestContext>) -> some ApplicationProtocol {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return Application(
            router: router, server: .plaintextHTTP2(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: logger)
    }
}
#endif
