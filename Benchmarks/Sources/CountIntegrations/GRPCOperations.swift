// SPDX-License-Identifier: Apache-2.0
import ContextVarsGRPC
import ContextVarsTracing
import Counting
import GRPCCore

/// Calls from the client's interceptor to the last message that the server's handler produces, without a connection.
///
/// What a connection allocates differs from call to call, with the thread that comes first.
enum GRPCOperations {
    static let all = [
        Operation("gRPC call") { meter in try await run(Call(client: nil, server: nil), meter) },
        Operation("gRPC call with both interceptors") { meter in
            let instrument = BaggageInstrument([
                try BaggageEntry("tenant", Variables.tenant), try BaggageEntry("user", Variables.user),
            ])
            let call = Call(
                client: ContextClientInterceptor(instrument: instrument),
                server: ContextServerInterceptor(instrument: instrument))
            try await run(call, meter)
        },
    ]

    @SingleThread
    private static func run(_ call: Call, _ meter: Meter) async throws {
        try await Variables.tenant.withValue("acme") {
            try await Variables.user.withValue(7) {
                try await meter.count { @SingleThread iterations in
                    for _ in 0..<iterations { try await call.run() }
                }
            }
        }
    }
}

private struct Call: Sendable {
    let client: ContextClientInterceptor?
    let server: ContextServerInterceptor?

    private static let method = MethodDescriptor(fullyQualifiedService: "count", method: "call")
    private static let clientContext = ClientContext(descriptor: method, remotePeer: "", localPeer: "")
    private static let serverContext = ServerContext(
        descriptor: method, remotePeer: "", localPeer: "", cancellation: ServerContext.RPCCancellationHandle())
    private static let noMessages = RPCAsyncSequence<Int, any Error>(wrapping: NoMessages())

    func run() async throws {
        let request = StreamingClientRequest<Int> { _ in }
        if let client {
            _ = try await client.intercept(request: request, context: Self.clientContext) { request, _ in
                try await serve(request.metadata)
                return Self.response
            }
        } else {
            try await serve(request.metadata)
            keep(Self.response)
        }
    }

    private static let response = StreamingClientResponse<Int>(metadata: [:], bodyParts: .init(wrapping: NoParts()))

    private func serve(_ metadata: Metadata) async throws {
        let request = StreamingServerRequest(metadata: metadata, messages: Self.noMessages)
        let response =
            if let server {
                try await server.intercept(request: request, context: Self.serverContext, next: Self.handle)
            } else {
                try await Self.handle(request, Self.serverContext)
            }
        let metadata = try await response.accepted.get().producer(RPCWriter(wrapping: DiscardingWriter()))
        keep(metadata.count)
    }

    @Sendable
    private static func handle(
        _ request: StreamingServerRequest<Int>, _ context: ServerContext
    ) async throws -> StreamingServerResponse<Int> {
        StreamingServerResponse { writer in
            try await writer.write(1)
            return [:]
        }
    }
}

private struct NoMessages: AsyncSequence, AsyncIteratorProtocol, Sendable {
    func makeAsyncIterator() -> Self { self }
    func next() async throws -> Int? { nil }
}

private struct NoParts: AsyncSequence, AsyncIteratorProtocol, Sendable {
    func makeAsyncIterator() -> Self { self }
    func next() async throws -> StreamingClientResponse<Int>.Contents.BodyPart? { nil }
}

private struct DiscardingWriter: RPCWriterProtocol {
    func write(_ element: Int) async throws { keep(element) }
    func write(contentsOf elements: some Sequence<Int>) async throws { for element in elements { keep(element) } }
}
