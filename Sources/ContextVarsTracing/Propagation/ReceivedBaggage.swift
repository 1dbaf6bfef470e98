// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import Tracing

/// What an extraction found, while it waits in a service context.
///
/// Small enough to be kept in a service context without a box, where only declared variables travel.
enum ReceivedBaggage: Sendable {
    case declared(ContextSnapshot)
    indirect case all(ContextSnapshot, undeclared: [Baggage.Member])

    /// The values, and no others.
    var values: ContextSnapshot {
        switch self {
        case .declared(let values), .all(let values, _): values
        }
    }

    /// The members that no entry declares, if they are passed on.
    var undeclared: [Baggage.Member] {
        switch self {
        case .declared: []
        case .all(_, let undeclared): undeclared
        }
    }
}

extension ServiceContext {
    /// The service context for a request; `nil` where the current one is right as it is.
    ///
    /// It is the current one with the baggage of the request; where none is current, all that the request's headers have.
    /// (A current one has a span of the server's, which must stay the parent of the handler's spans.)
    ///
    /// - Parameter instrument: The instrument that extracts; `nil` for the one that the program was bootstrapped with.
    package static func receiving<Headers, HeadersExtractor: Extractor>(
        _ headers: Headers, with extractor: HeadersExtractor, using instrument: (any Instrument)?
    ) -> ServiceContext? where HeadersExtractor.Carrier == Headers {
        var extracted = ServiceContext.topLevel
        let instrument = instrument ?? InstrumentationSystem.instrument
        if type(of: instrument) != NoOpInstrument.self {
            instrument.extract(headers, into: &extracted, using: extractor)
        }
        guard var current = ServiceContext.current else { return extracted.isEmpty ? nil : extracted }
        if extracted.receivedBaggage == nil, current.receivedBaggage == nil { return nil }
        current.receivedBaggage = extracted.receivedBaggage
        return current
    }

    private enum ReceivedBaggageKey: ServiceContextKey {
        typealias Value = ReceivedBaggage
        static let nameOverride: String? = "context-vars-baggage"
    }

    var receivedBaggage: ReceivedBaggage? {
        get { self[ReceivedBaggageKey.self] }
        set { self[ReceivedBaggageKey.self] = newValue }
    }
}
#endif
