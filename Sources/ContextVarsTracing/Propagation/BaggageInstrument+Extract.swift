// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import Tracing

extension BaggageInstrument {
    /// Reads the declared variables from the `baggage` header of a request, and keeps their values in a service context.
    ///
    /// They replace the values of an earlier extraction in the service context, even if the request has no such header:
    /// values of two requests never mix.
    ///
    /// - Complexity: O(*n*) for the size of the header, which the limits bound.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard isReceiving, var text = extractor.extract(key: Self.headerName, from: carrier) else {
            if !context.isEmpty { context.receivedBaggage = nil }
            return
        }
        Observation.received()
        context.receivedBaggage = text.withUTF8 { received(in: $0) }
    }

    private func received(in header: UnsafeBufferPointer<UInt8>) -> ReceivedBaggage? {
        withUnsafeTemporaryAllocation(of: HeaderBytes.Pair?.self, capacity: entries.count) { pairs in
            pairs.initialize(repeating: nil)
            guard find(pairs, in: header.span) else { return nil }
            var values = ContextSnapshot()
            for index in entries.indices where entries[index].isReceived {
                guard let pair = pairs[index], let text = HeaderBytes.value(of: pair, in: header.span) else { continue }
                receive(text, forEntryAt: index, &values)
            }
            guard forwardsUndeclared else { return .declared(values) }
            let declared = Set(entries.map(\.key))
            let baggage = Baggage.parse(HeaderBytes(header.span), limits).baggage
            return .all(values, undeclared: baggage.members.filter { !declared.contains($0.key) })
        }
    }

    /// Finds for each entry the last pair with its key, unless a malformed one comes after it.
    ///
    /// - Returns: Whether the header is within the limits.
    private func find(_ pairs: UnsafeMutableBufferPointer<HeaderBytes.Pair?>, in header: Swift.Span<UInt8>) -> Bool {
        var reading = HeaderReading(of: header, limits)
        while let member = reading.next(in: header) {
            if member.isWellFormed {
                keys.forEachMatch(of: member.pair.key, in: header) { pairs[$0] = member.pair }
            } else if let key = readableKey(of: header.array(member.all)[...]) {
                let start = member.all.lowerBound
                let range = start + key.startIndex..<start + key.endIndex
                keys.forEachMatch(of: range, in: header) { pairs[$0] = nil }
            }
        }
        if reading.isBeyondLimits {
            reject(.malformed(excess(of: header, over: limits)))
            return false
        }
        for problem in reading.problems { reject(.malformed(problem)) }
        return true
    }

    private func receive(_ text: String, forEntryAt index: Int, _ values: inout ContextSnapshot) {
        let bytes = text.utf8.count
        if bytes > entries[index].maxBytes {
            let entry = entries[index]
            reject(.receivedValueTooLarge(key: entry.key, bytes: bytes, limit: entry.maxBytes))
        } else if !entries[index].decode(text, &values) {
            reject(.receivedValueInvalid(key: entries[index].key))
        }
    }
}
#endif
