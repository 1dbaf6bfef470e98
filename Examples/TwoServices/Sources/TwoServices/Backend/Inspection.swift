// SPDX-License-Identifier: Apache-2.0
import GRPCCore

/// The backend's methods.
enum Inspection {
    static let service = ServiceDescriptor(fullyQualifiedService: "twoservices.Inspection")
    /// One message each way: what the handler's places saw.
    static let inspect = MethodDescriptor(service: service, method: "Inspect")
    /// The same as a stream, which goes on after the handler has returned.
    static let stream = MethodDescriptor(service: service, method: "Stream")
    /// How many `baggage` headers were rejected so far.
    static let rejections = MethodDescriptor(service: service, method: "Rejections")
}

/// A client's view of the backend.
struct BackendClient<Transport: ClientTransport>: Sendable {
    let client: GRPCClient<Transport>

    /// - Parameter streams: Whether to call `Stream` in place of `Inspect`.
    func inspect(streams: Bool, metadata: Metadata = [:], timeout: Duration? = nil) async throws -> Answer {
        var options = CallOptions.defaults
        options.timeout = timeout
        if streams {
            return try await client.serverStreaming(
                request: ClientRequest(message: Nothing(), metadata: metadata), descriptor: Inspection.stream,
                serializer: JSONCoding<Nothing>(), deserializer: JSONCoding<Answer>(), options: options
            ) { response in
                try await response.messages.reduce(into: Answer(hops: [], baggageKeys: [])) { whole, part in
                    whole.hops += part.hops
                    whole.baggageKeys += part.baggageKeys
                }
            }
        }
        return try await client.unary(
            request: ClientRequest(message: Nothing(), metadata: metadata), descriptor: Inspection.inspect,
            serializer: JSONCoding<Nothing>(), deserializer: JSONCoding<Answer>(), options: options
        ) { try $0.message }
    }

    func rejections() async throws -> Int {
        try await client.unary(
            request: ClientRequest(message: Nothing()), descriptor: Inspection.rejections,
            serializer: JSONCoding<Nothing>(), deserializer: JSONCoding<Int>(), options: .defaults
        ) { try $0.message }
    }
}
