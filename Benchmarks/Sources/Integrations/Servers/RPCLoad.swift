// SPDX-License-Identifier: Apache-2.0
import CMeasure
import GRPCCore
import GRPCNIOTransportHTTP2
import Harness

/// A client that makes calls, some at a time.
final class RPCLoad: Sendable {
    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    private let connections: Task<Void, any Error>

    private static let callers = 8

    init(port: Int, interceptors: [any ClientInterceptor]) throws {
        let client = GRPCClient(
            transport: try .http2NIOPosix(
                target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext),
            interceptors: interceptors)
        self.client = client
        connections = Task.detached { try await client.runConnections() }
    }

    deinit {
        client.beginGracefulShutdown()
    }

    /// Makes so many calls, each of which receives so many messages.
    ///
    /// - Returns: How many calls a second were answered.
    nonisolated(nonsending) func run(calls count: Int, messages: Int) async throws -> Double {
        let start = measure_now()
        try await withThrowingTaskGroup { group in
            for caller in 0..<Self.callers {
                let share = (count + caller) / Self.callers
                group.addTask { [client] in
                    for _ in 0..<share { try await Self.call(client, messages) }
                }
            }
            try await group.waitForAll()
        }
        return Double(count) / (Double(measure_now() - start) / 1e9)
    }

    private static func call(_ client: GRPCClient<HTTP2ClientTransport.Posix>, _ count: Int) async throws {
        var options = CallOptions.defaults
        options.timeout = .seconds(300)
        let received = try await client.serverStreaming(
            request: ClientRequest(message: "\(count)"), descriptor: Messages.method, serializer: StringCoding(),
            deserializer: StringCoding(), options: options
        ) { response in try await response.messages.reduce(0) { sum, _ in sum + 1 } }
        guard received == count else { throw LoadFailure(reason: "\(received) of \(count) messages came") }
    }
}

/// What an interceptor of a client costs that does nothing, or sends what it has always.
struct PassingClientInterceptor: ClientInterceptor {
    var baggage: String?

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingClientRequest<Input>, context: ClientContext,
        next: (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<Output>
    ) async throws -> StreamingClientResponse<Output> {
        guard let baggage else { return try await next(request, context) }
        var request = request
        request.metadata.addString(baggage, forKey: "baggage")
        return try await next(request, context)
    }
}
