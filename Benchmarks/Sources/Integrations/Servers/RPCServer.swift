// SPDX-License-Identifier: Apache-2.0
import ContextVarsGRPC
import GRPCCore
import GRPCNIOTransportHTTP2

/// The gRPC servers of the rows about calls.
enum RPCServer {
    static func serve() async throws {
        try await serve(interceptors: [])
    }

    static func serveWithContext() async throws {
        try await serve(interceptors: [ContextServerInterceptor(instrument: Variables.baggage())])
    }

    static func serveWithPassingInterceptor() async throws {
        try await serve(interceptors: [PassingServerInterceptor()])
    }

    private static func serve(interceptors: [any ServerInterceptor]) async throws {
        let transport = HTTP2ServerTransport.Posix(
            address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext)
        try await withGRPCServer(transport: transport, services: [Messages()], interceptors: interceptors) { _ in
            Serve.announce(port: try await transport.listeningAddress.ipv4?.port ?? 0)
            // Until the process ends.
            try await Task.sleep(for: .seconds(86_400))
        }
    }
}

/// What an interceptor of a server costs that does nothing.
private struct PassingServerInterceptor: ServerInterceptor {
    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next: @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        try await next(request, context)
    }
}

/// A service that sends as many messages as the request says.
struct Messages: RegistrableRPCService {
    static let method = MethodDescriptor(fullyQualifiedService: "benchmarks.Messages", method: "Get")

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: Self.method, deserializer: StringCoding(), serializer: StringCoding()
        ) { request, _ in
            let count = try await request.messages.reduce(0) { $0 + (Int($1) ?? 0) }
            return StreamingServerResponse { writer in
                for _ in 0..<count { try await writer.write("a message") }
                return [:]
            }
        }
    }
}

/// Strings as messages.
struct StringCoding: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: String) -> Bytes {
        Bytes(message.utf8)
    }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> String {
        bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
