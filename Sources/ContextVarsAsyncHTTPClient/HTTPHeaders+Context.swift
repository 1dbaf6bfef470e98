// SPDX-License-Identifier: Apache-2.0
#if AsyncHTTPClient
import ContextVarsTracing
import NIOHTTP1
import Tracing

extension HTTPHeaders {
    /// Adds the headers of an instrument, including the one with the declared context variables.
    ///
    /// A header that the instrument sets replaces one of the same name, so calling this twice does no harm. In a `baggage`
    /// header, existing members with other keys are kept after those of the instrument, as long as the header stays within
    /// 64 members and 8192 bytes. One with a key that a `BaggageInstrument`, or that of a `BaggageTracer`, declares goes,
    /// even where the current context has nothing to send for it. (What is inside a `MultiplexInstrument` isn't known:
    /// with one, remove the header before a request is sent again from another context.)
    ///
    /// - Parameters:
    ///   - instrument: The instrument that injects.
    ///   - serviceContext: The service context that it injects, in addition to the current context's variables; by default
    ///     the current one.
    /// - Complexity: O(*n*) for the size of the headers.
    public mutating func injectContext(
        using instrument: any Instrument = InstrumentationSystem.instrument,
        from serviceContext: ServiceContext? = .current
    ) {
        if let baggage = instrument as? BaggageInstrument ?? (instrument as? any BaggageCarrying)?.baggage {
            removeMembers(declaredBy: baggage)
        }
        instrument.inject(serviceContext ?? .topLevel, into: &self, using: HeadersInjector())
    }

    private mutating func removeMembers(declaredBy instrument: BaggageInstrument) {
        let present = self[BaggageInstrument.headerName]
        if present.isEmpty { return }
        let members = Baggage.parse(present, limits: .unlimited).baggage.members
        let others = members.filter { !instrument.sends($0.key) }
        if others.count == members.count { return }
        remove(name: BaggageInstrument.headerName)
        if others.isEmpty { return }
        add(name: BaggageInstrument.headerName, value: Baggage(others).serialized(limits: .unlimited).header)
    }
}

private struct HeadersInjector: Injector {
    func inject(_ value: String, forKey key: String, into headers: inout HTTPHeaders) {
        let others = key == BaggageInstrument.headerName ? headers[key] : []
        headers.replaceOrAdd(name: key, value: others.isEmpty ? value : merge(value, with: others))
    }

    /// A `baggage` header with the members of another behind it, but for those with the same keys.
    private func merge(_ header: String, with others: [String]) -> String {
        let own = Baggage.parse(header, limits: .unlimited).baggage
        let rest = Baggage.parse(others, limits: .unlimited).baggage.members.filter { own[$0.key] == nil }
        // What the instrument sends is within limits that the program has set.
        let limits = Baggage.Limits(
            maxMembers: max(Baggage.Limits.default.maxMembers, own.members.count),
            maxBytes: max(Baggage.Limits.default.maxBytes, header.utf8.count))
        return Baggage(own.members + rest).serialized(limits: limits).header
    }
}
#endif
