// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import Tracing

extension ContextSnapshot {
    /// The snapshot with the received values that a ``BaggageInstrument`` left in a service context.
    ///
    /// Middleware and interceptors run a request in it:
    ///
    /// ```swift
    /// var serviceContext = ServiceContext.topLevel
    /// InstrumentationSystem.instrument.extract(
    ///     request.headers, into: &serviceContext, using: HeadersExtractor())
    /// return try await ContextSnapshot.current.receiving(from: serviceContext).run {
    ///     try await ServiceContext.withValue(serviceContext) { try await next(request) }
    /// }
    /// ```
    ///
    /// Variables that the request didn't bring keep their values from the snapshot.
    ///
    /// - Complexity: O(1) if the snapshot has no values itself; otherwise that of `ContextSnapshot.with(_:_:)` for each
    ///   value.
    public func receiving(from serviceContext: ServiceContext?) -> ContextSnapshot {
        guard let received = serviceContext?.receivedBaggage else { return self }
        return merging(received.values)
    }

    /// The values that the current service context has received, and no others.
    ///
    /// For handlers below a framework's own tracing middleware, which sets `ServiceContext.current` and doesn't know about
    /// contexts:
    ///
    /// ```swift
    /// try await ContextSnapshot.received.run { try await handle(request) }
    /// ```
    ///
    /// - Complexity: That of ``receiving(from:)``.
    public static var received: ContextSnapshot {
        ContextSnapshot().receiving(from: .current)
    }
}
#endif
