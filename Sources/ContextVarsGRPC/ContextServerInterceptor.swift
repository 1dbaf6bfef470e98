// SPDX-License-Identifier: Apache-2.0
#if GRPC
import ContextVarsTracing
public import GRPCCore
public import Tracing

/// Gives each RPC its own context, which starts with the values that the client has sent.
///
/// The handler runs in that context, and so does the producer of a streaming response, although gRPC calls it after the
/// handler and all interceptors have returned. What the handler sets, the producer reads. The values that the instrument has
/// received are also in `ServiceContext.current` there, so that spans have their parent. If a service context is already
/// current, from a tracing interceptor before this one, it stays: its span is the parent.
///
/// ```swift
/// let server = GRPCServer(
///     transport: transport, services: [greeter],
///     interceptors: [
///         ContextServerInterceptor { ["x-request-id": "\(Request.id.get() ?? "")"] }
///     ])
/// ```
///
/// Put it before interceptors that read variables: interceptors run in the order of the array. The context has no other
/// values: an RPC doesn't see those of the code that started the server.
///
/// Safe to use from any thread and task, for any number of RPCs at once.
public struct ContextServerInterceptor: ServerInterceptor {
    private let instrument: (any Instrument)?
    private let responseMetadata: @Sendable () -> Metadata

    /// Creates an interceptor.
    ///
    /// - Parameters:
    ///   - instrument: The instrument that reads the values; by default, for each RPC, `InstrumentationSystem.instrument`.
    ///   - responseMetadata: Returns metadata for the client. It is called in the RPC's context when the handler has returned
    ///     or thrown, so it reads the values from then. Its result is sent at the start of the response or, if the handler
    ///     threw an `RPCError` or an error that converts to one, with the error. Keys that the handler has used itself are
    ///     left as they are.
    public init(
        instrument: (any Instrument)? = nil, responseMetadata: @escaping @Sendable () -> Metadata = { [:] }
    ) {
        self.instrument = instrument
        self.responseMetadata = responseMetadata
    }

    /// Runs the rest of the RPC in its own context.
    ///
    /// Several metadata entries of one key are received as one, joined by commas, as HTTP allows. Binary values are not
    /// received.
    ///
    /// - Throws: The error that `next` throws.
    /// - Complexity: That of the instrument's `extract`, and O(1) for the context.
    public func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let received = ServiceContext.receiving(request.metadata, with: MetadataExtractor(), using: instrument)
        // The current one is kept: the producer of the response runs later.
        let scope = RPCScope(received ?? .current)
        var response = try await scope.run {
            do {
                var response = try await next(request, context)
                response.metadata.addMissing(responseMetadata())
                return response
            } catch {
                throw addingResponseMetadata(to: error)
            }
        }
        if case .success(var contents) = response.accepted {
            contents.producer = { [producer = contents.producer] writer in
                try await scope.run { try await producer(writer) }
            }
            response.accepted = .success(contents)
        }
        return response
    }

    private func addingResponseMetadata(to error: any Error) -> any Error {
        // Others become an error without metadata, in gRPC.
        guard let convertible = error as? any RPCErrorConvertible else { return error }
        var error = RPCError(convertible)
        error.metadata.addMissing(responseMetadata())
        return error
    }
}

extension Metadata {
    /// Adds the entries whose keys aren't there yet.
    fileprivate mutating func addMissing(_ other: Metadata) {
        guard !other.isEmpty else { return }
        let present = self
        add(contentsOf: other.lazy.filter { entry in !present[entry.key].contains { _ in true } })
    }
}
#endif
