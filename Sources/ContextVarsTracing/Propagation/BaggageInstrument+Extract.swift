#if Tracing
import ContextVars
import Tracing

extension BaggageInstrument {
    /// Reads the declared variables from the `baggage` header of a request, and keeps their values in a service context.
    ///
    /// They replace what the service context has of an earlier extraction, also where there is no such header: values
    /// of two requests never mix.
    ///
    /// - Complexity: O(*n*) for the size of the header, which the limits bound.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let header = extractor.extract(key: Self.headerName, from: carrier) else {
            context.receivedBaggage = nil
            return
        }
        let (baggage, problems) = Baggage.parse(header, limits: limits)
        for problem in problems { reject(.malformed(problem)) }
        context.receivedBaggage = received(in: baggage)
    }

    private func received(in baggage: Baggage) -> ReceivedBaggage {
        var received = ReceivedBaggage()
        for entry in entries where entry.isReceived {
            guard let text = baggage[entry.key] else { continue }
            let bytes = text.utf8.count
            if bytes > entry.maxBytes {
                reject(.receivedValueTooLarge(key: entry.key, bytes: bytes, limit: entry.maxBytes))
            } else if let change = entry.decoded(text) {
                received.append(change)
            } else {
                reject(.receivedValueInvalid(key: entry.key))
            }
        }
        if forwardsUndeclared {
            let declared = Set(entries.map(\.key))
            received.undeclared = baggage.members.filter { !declared.contains($0.key) }
        }
        return received
    }
}
#endif
