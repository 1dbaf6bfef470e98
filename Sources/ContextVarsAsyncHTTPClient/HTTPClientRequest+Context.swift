// SPDX-License-Identifier: Apache-2.0
#if AsyncHTTPClient
import AsyncHTTPClient
import ContextVarsTracing
import Tracing

extension HTTPClientRequest {
    /// Adds the declared variables of the current context as a `baggage` header.
    ///
    /// Only needed where the client's tracer is none that carries them: a client whose
    /// `configuration.tracing.tracer` is a `BaggageTracer` does it by itself. The tracer's own headers are added by the
    /// client in any case, when it executes the request.
    ///
    /// ```swift
    /// var request = HTTPClientRequest(url: "http://orders/42")
    /// request.injectContext(using: baggage)
    /// let response = try await client.execute(request, timeout: .seconds(5))
    /// ```
    ///
    /// - Parameter instrument: What knows the declared variables.
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
    /// Adds what an instrument sends from here: the declared variables of the current context, and the headers of
    /// a tracer.
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
    /// - Parameter instrument: What injects: by default all that the program was bootstrapped with.
    /// - Complexity: O(*n*) for the size of the headers.
    public mutating func injectContext(using instrument: any Instrument = InstrumentationSystem.instrument) {
        headers.injectContext(using: instrument)
    }

    /// The request with what an instrument sends from here: ``injectContext(using:)`` on a copy.
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
