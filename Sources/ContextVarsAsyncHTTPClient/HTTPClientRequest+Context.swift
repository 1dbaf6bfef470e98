// SPDX-License-Identifier: Apache-2.0
#if AsyncHTTPClient
import AsyncHTTPClient
import ContextVarsTracing
import Tracing

extension HTTPClientRequest {
    /// Adds the declared variables of the current context as a `baggage` header.
    ///
    /// Only needed if the client's tracer doesn't carry them: a client whose `configuration.tracing.tracer` is a
    /// `BaggageTracer` adds them automatically. The client adds the tracer's own headers in any case, when it executes the
    /// request.
    ///
    /// ```swift
    /// var request = HTTPClientRequest(url: "http://orders/42")
    /// request.injectContext(using: baggage)
    /// let response = try await client.execute(request, timeout: .seconds(5))
    /// ```
    ///
    /// - Parameter instrument: The instrument that declares the variables.
    /// - Complexity: O(*n*) for the size of the header.
    public mutating func injectContext(using instrument: BaggageInstrument) {
        headers.injectContext(using: instrument)
    }

    /// The request with the declared variables of the current context: ``injectContext(using:)`` on a copy.
    ///
    /// ```swift
    /// try await client.execute(request.injectingContext(using: baggage), timeout: .seconds(5))
    /// ```
    ///
    /// - Complexity: O(*n*) for the size of the header.
    public func injectingContext(using instrument: BaggageInstrument) -> HTTPClientRequest {
        var request = self
        request.injectContext(using: instrument)
        return request
    }
}

extension HTTPClient.Request {
    /// Adds the headers of an instrument: the declared variables of the current context, and those of a tracer.
    ///
    /// The client injects nothing into requests of this type, regardless of its tracer.
    ///
    /// ```swift
    /// var request = try HTTPClient.Request(url: "http://orders/42")
    /// request.injectContext()
    /// client.execute(request: request)
    ///     .whenSuccess(ContextSnapshot.current.wrap { response in log(response.status) })
    /// ```
    ///
    /// - Parameter instrument: The instrument that injects; by default the one that the program was bootstrapped with.
    /// - Complexity: O(*n*) for the size of the headers.
    public mutating func injectContext(using instrument: any Instrument = InstrumentationSystem.instrument) {
        headers.injectContext(using: instrument)
    }

    /// The request with the headers of an instrument: ``injectContext(using:)`` on a copy.
    ///
    /// - Complexity: O(*n*) for the size of the headers.
    public func injectingContext(
        using instrument: any Instrument = InstrumentationSystem.instrument
    ) -> HTTPClient.Request {
        var request = self
        request.injectContext(using: instrument)
        return request
    }
}
#endif
