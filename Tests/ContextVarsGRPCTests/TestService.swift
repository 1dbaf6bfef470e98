// SPDX-License-Identifier: Apache-2.0
#if GRPC
import GRPCCore

/// A service of one method, whose messages are strings.
struct TestService: RegistrableRPCService {
    typealias Handler =
        @Sendable (StreamingServerRequest<String>, ServerContext) async throws -> StreamingServerResponse<String>

    static let method = MethodDescriptor(fullyQualifiedService: "contextvars.Test", method: "Call")

    let handler: Handler

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: Self.method, deserializer: StringCoding(), serializer: StringCoding(), handler: handler)
    }
}

extension TestService {
    /// A handler of a unary or client-streaming method: it returns when all is received, and sends one message.
    static func returning(
        _ reply: @escaping @Sendable (StreamingServerRequest<String>) async throws -> String
    ) -> TestService {
        TestService { request, _ in
            StreamingServerResponse(single: ServerResponse(message: try await reply(request)))
        }
    }

    /// A handler of a method that streams its response: gRPC calls the producer after the handler has returned.
    static func producing(
        _ producer: @escaping @Sendable (StreamingServerRequest<String>, RPCWriter<String>) async throws -> Void
    ) -> TestService {
        TestService { request, _ in
            StreamingServerResponse { writer in
                try await producer(request, writer)
                return [:]
            }
        }
    }
}

struct StringCoding: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: String) -> Bytes {
        Bytes(message.utf8)
    }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> String {
        bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
#endif
