// SPDX-License-Identifier: Apache-2.0
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
        guard isReceiving, let text = extractor.extract(key: Self.headerName, from: carrier) else {
            if !context.isEmpty { context.receivedBaggage = nil }
            return
        }
        Observation.received()
        context.receivedBaggage = received(in: HeaderBytes(text))
    }

    private func received(in header: HeaderBytes) -> ReceivedBaggage? {
        // For each entry, the last member with its key, unless a malformed one comes after it.
        var members = [HeaderBytes.Member?](repeating: nil, count: entries.count)
        let problems = header.read(limits) { member in
            let key = member.isWellFormed ? member.pair.key : readableKey(of: header.bytes[member.all])?.indices
            guard let key else { return }
            for (index, entry) in entries.enumerated() where header.isEqual(key, to: entry.key.utf8) {
                members[index] = member.isWellFormed ? member : nil
            }
        }
        guard let problems else {
            reject(.malformed(header.excess(over: limits)))
            return nil
        }
        for problem in problems { reject(.malformed(problem)) }

        var received = ReceivedBaggage()
        for (entry, member) in zip(entries, members) where entry.isReceived {
            guard let member, let text = header.value(of: member.pair) else { continue }
            receive(text, for: entry, &received)
        }
        if forwardsUndeclared {
            let declared = Set(entries.map(\.key))
            received.undeclared = Baggage.parse(header, limits).baggage.members.filter { !declared.contains($0.key) }
        }
        return received
    }

    private func receive(_ text: String, for entry: BaggageEntry, _ received: inout ReceivedBaggage) {
        let bytes = text.utf8.count
        if bytes > entry.maxBytes {
            reject(.receivedValueTooLarge(key: entry.key, bytes: bytes, limit: entry.maxBytes))
        } else if !entry.decode(text, &received.values) {
            reject(.receivedValueInvalid(key: entry.key))
        }
    }
}
#endif
