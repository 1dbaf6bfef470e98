#if Tracing
import ContextVars
import Tracing

extension BaggageInstrument {
    /// Adds the declared variables to a request as a `baggage` header; adds no header where there is nothing to send.
    ///
    /// What is sent is what ``baggage(in:)`` gives, cut down to the limits. A `baggage` header that is there already is
    /// treated as the injector treats it; most replace it.
    ///
    /// - Complexity: O(*n*) for the size of the header.
    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        let (header, dropped) = baggage(in: context).serialized(limits: limits)
        report(dropped)
        if !header.isEmpty { injector.inject(header, forKey: Self.headerName, into: &carrier) }
    }

    /// What a request carries that is sent from here.
    ///
    /// That is, for each entry that is sent, the variable's value in the current context. Where it isn't set there, as
    /// in a callback that has the service context but no context, it is the value that the service context has
    /// received. A variable that is set to `nil` isn't sent, whatever was received. Defaults are never sent.
    ///
    /// - Complexity: O(*n*) for the size of the values.
    public func baggage(in context: ServiceContext?) -> Baggage {
        let received = context?.receivedBaggage
        let snapshots = [ContextSnapshot.current] + (received.map { [$0.values] } ?? [])
        var members: [Baggage.Member] = []
        for entry in entries where entry.isSent && !members.contains(where: { $0.key == entry.key }) {
            guard let text = entry.text(in: snapshots) else { continue }
            let bytes = text.utf8.count
            if bytes > entry.maxBytes {
                reject(.sentValueTooLarge(key: entry.key, bytes: bytes, limit: entry.maxBytes))
            } else {
                members.append(Baggage.Member(validKey: entry.key, text))
            }
        }
        return Baggage(members + (forwardsUndeclared ? received?.undeclared ?? [] : []))
    }
}

extension BaggageInstrument {
    private func report(_ dropped: [Baggage.Member]) {
        let declared = dropped.filter { member in entries.contains { $0.key == member.key } }
        for member in declared { reject(.sentValueBeyondLimits(key: member.key)) }
        // Their keys come from outside.
        let others = dropped.count - declared.count
        if others > 0 { reject(.undeclaredBeyondLimits(count: others)) }
    }
}

extension BaggageEntry {
    /// The text of the variable in the first snapshot in which it is set.
    fileprivate func text(in snapshots: [ContextSnapshot]) -> String? {
        for snapshot in snapshots {
            switch encoded(snapshot) {
            case .unset: continue
            case .withheld: return nil
            case .text(let text): return text
            }
        }
        return nil
    }
}
#endif
