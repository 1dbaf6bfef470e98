// SPDX-License-Identifier: Apache-2.0
#if GRPC
import ContextVarsGRPC
import ContextVarsTracing
import GRPCCore
import GRPCNIOTransportHTTP2

/// A client that is connected to a server of this process by a socket.
struct Connection: Sendable {
    let client: GRPCClient<HTTP2ClientTransport.Posix>

    /// Runs a server with a service, and a client of it, both with these interceptors.
    ///
    /// Without any, they have the ones of this package with an instrument for the variables in `Current`.
    static func with<Result: Sendable>(
        _ service: TestService,
        server serverInterceptors: [any ServerInterceptor]? = nil,
        client clientInterceptors: [any ClientInterceptor]? = nil,
        serviceConfig: ServiceConfig = ServiceConfig(),
        _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        try await withGRPCServer(
            transport: .http2NIOPosix(
                address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext),
            services: [service],
            interceptors: serverInterceptors ?? [ContextServerInterceptor(instrument: .baggage())]
        ) { server in
            guard let address = try await server.listeningAddress?.ipv4 else { throw NoAddress() }
            return try await withGRPCClient(
                transport: .http2NIOPosix(
                    target: .ipv4(address: address.host, port: address.port), transportSecurity: .plaintext,
                    serviceConfig: serviceConfig),
                interceptors: clientInterceptors ?? [ContextClientInterceptor(instrument: .baggage())]
            ) { client in
                try await body(Connection(client: client))
            }
        }
    }

    struct NoAddress: Error {}

    /// One message each way.
    func unary(_ message: String = "", metadata: Metadata = [:], timeout: Duration? = nil) async throws -> String {
        try await unaryResponse(message, metadata: metadata, timeout: timeout).message
    }

    func unaryResponse(
        _ message: String = "", metadata: Metadata = [:], timeout: Duration? = nil
    ) async throws -> ClientResponse<String> {
        var options = CallOptions.defaults
        options.timeout = timeout
        return try await client.unary(
            request: ClientRequest(message: message, metadata: metadata), descriptor: TestService.method,
            serializer: StringCoding(), deserializer: StringCoding(), options: options
        ) { $0 }
    }

    /// Any number of messages each way.
    func streaming(
        metadata: Metadata = [:],
        _ producer: @escaping @Sendable (RPCWriter<String>) async throws -> Void = { _ in }
    ) async throws -> [String] {
        try await client.bidirectionalStreaming(
            request: StreamingClientRequest(metadata: metadata, producer: producer), descriptor: TestService.method,
            serializer: StringCoding(), deserializer: StringCoding(), options: .defaults
        ) { response in
            try await response.messages.reduce(into: []) { $0.append($1) }
        }
    }
}
#endif
