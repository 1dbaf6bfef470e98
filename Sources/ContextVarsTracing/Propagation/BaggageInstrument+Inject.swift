// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import Tracing

extension BaggageInstrument {
    /// Adds the declared variables to a request as a `baggage` header; adds no header if there is nothing to send.
    ///
    /// Sends the result of ``baggage(in:)``, cut down to the limits. What happens to an existing `baggage` header is up to the
    /// injector; most replace it.
    ///
    /// - Complexity: O(*n*) for the size of the header.
    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        var header = HeaderWriter(limits)
        var dropped: [BaggageRejection] = []
        forEachSent(in: context) { entry, text in
            if !header.append(entry.key, text) { dropped.append(.sentValueBeyondLimits(key: entry.key)) }
        }
        // Their keys come from outside, and aren't told.
        let others = undeclared(in: context).count { !header.append($0) }
        if others > 0 { dropped.append(.undeclaredBeyondLimits(count: others)) }
        for rejection in dropped { reject(rejection) }
        if header.isEmpty { return }
        injector.inject(header.text, forKey: Self.headerName, into: &carrier)
        Observation.sent()
    }

    /// The baggage that a request sent from here carries.
    ///
    /// For each entry that is sent, this is the variable's value in the current context. If it isn't set there, as in a
    /// callback that has the service context but no context, it is the value that the service context has received. A
    /// variable that is set to `nil` isn't sent, regardless of what was received. Defaults are never sent.
    ///
    /// - Complexity: O(*n*) for the size of the values.
    public func baggage(in context: ServiceContext?) -> Baggage {
        var members: [Baggage.Member] = []
        forEachSent(in: context) { entry, text in members.append(Baggage.Member(validKey: entry.key, text)) }
        return Baggage(members + undeclared(in: context))
    }

    /// Whether an entry with a key is sent, where it has a value.
    package func sends(_ key: String) -> Bool { entries.contains { $0.isSent && $0.key == key } }

    /// Calls a function with each entry that is sent from here, and its text.
    private func forEachSent(in context: ServiceContext?, _ body: (BaggageEntry, String) -> Void) {
        let current = ContextSnapshot.current
        let received = context.flatMap { $0.isEmpty ? nil : $0.receivedBaggage?.values }
        // Of several entries with one key, the first that has something to send counts.
        var sent: Set<String> = []
        for entry in entries where entry.isSent {
            if hasRepeatedKeys, sent.contains(entry.key) { continue }
            guard let text = entry.text(in: current, or: received) else { continue }
            let bytes = text.utf8.count
            if bytes > entry.maxBytes {
                reject(.sentValueTooLarge(key: entry.key, bytes: bytes, limit: entry.maxBytes))
            } else {
                if hasRepeatedKeys { sent.insert(entry.key) }
                body(entry, text)
            }
        }
    }

    private func undeclared(in context: ServiceContext?) -> [Baggage.Member] {
        forwardsUndeclared ? context?.receivedBaggage?.undeclared ?? [] : []
    }
}

extension BaggageEntry {
    /// The text of the variable in a snapshot or, where it isn't set there, in another one.
    fileprivate func text(in snapshot: ContextSnapshot, or other: ContextSnapshot?) -> String? {
        switch encoded(snapshot) {
        case .text(let text): return text
        case .withheld: return nil
        case .unset: break
        }
        guard let other, case .text(let text) = encoded(other) else { return nil }
        return text
    }
}
#endif
