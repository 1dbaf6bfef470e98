// SPDX-License-Identifier: Apache-2.0
#if GRPC
public import GRPCCore
public import Tracing

/// Sends the caller's values with each RPC, in its metadata.
///
/// The instrument decides what is sent, and under which keys: a `BaggageInstrument` sends the variables that it declares in
/// the `baggage` entry, a tracer the identity of the current span in `traceparent`.
///
/// ```swift
/// let client = GRPCClient(
///     transport: transport, interceptors: [ContextClientInterceptor()])
/// ```
///
/// The values are those at the time of the call. A retried or hedged RPC sends them with each attempt.
///
/// Safe to use from any thread and task, for any number of RPCs at once.
public struct ContextClientInterceptor: ClientInterceptor {
    private let instrument: (any Instrument)?

    /// Creates an interceptor.
    ///
    /// - Parameter instrument: The instrument that writes the values; by default, for each RPC,
    ///   `InstrumentationSystem.instrument`.
    public init(instrument: (any Instrument)? = nil) {
        self.instrument = instrument
    }

    /// Adds the current values to the request's metadata.
    ///
    /// An entry that the instrument writes replaces those with the same key. Entries that gRPC's metadata can't hold are
    /// left out: values other than printable ASCII, and keys that are malformed, reserved or for binary values.
    ///
    /// - Throws: The error that `next` throws.
    /// - Complexity: That of the instrument's `inject`.
    public func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingClientRequest<Input>,
        context: ClientContext,
        next: (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<Output>
    ) async throws -> StreamingClientResponse<Output> {
        var request = request
        let instrument = instrument ?? InstrumentationSystem.instrument
        instrument.inject(ServiceContext.current ?? .topLevel, into: &request.metadata, using: MetadataInjector())
        return try await next(request, context)
    }
}
#endif
