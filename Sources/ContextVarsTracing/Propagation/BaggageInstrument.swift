// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import Tracing

/// Carries declared context variables in the `baggage` header, wherever a framework injects and extracts.
///
/// ```swift
/// let entries = [try BaggageEntry("tenant", Request.tenant)]
/// let instrument = BaggageInstrument(entries) { rejection in
///     logger.warning("baggage: \(rejection)")
/// }
/// InstrumentationSystem.bootstrap(MultiplexInstrument([tracer, instrument]))
/// ```
///
/// An instrument can only change a `ServiceContext`. So received values wait there, until
/// ``ContextVars/ContextSnapshot/receiving(from:)`` puts them into the snapshot in which a request runs.
///
/// Use one for the whole program: the one that injects last determines the header.
///
/// Immutable, and safe to use from any thread.
public struct BaggageInstrument: Instrument {
    /// The name of the header.
    public static let headerName = "baggage"

    /// The variables that travel; if not all fit, the first ones are preferred.
    public let entries: [BaggageEntry]
    /// How large an incoming or outgoing header may be.
    public let limits: Baggage.Limits
    /// Whether members that no entry declares are passed on from incoming requests to outgoing ones.
    public let forwardsUndeclared: Bool

    /// Whether it makes any difference what a header says.
    let isReceiving: Bool
    /// Whether several entries have the same key.
    let hasRepeatedKeys: Bool
    /// The keys of the entries.
    let keys: HeaderKeys

    private let onRejection: (@Sendable (BaggageRejection) -> Void)?

    /// Creates an instrument.
    ///
    /// - Parameters:
    ///   - entries: The variables that travel, most important first.
    ///   - limits: How large an incoming or outgoing header may be.
    ///   - forwardsUndeclared: Whether members that no entry declares are passed on from an incoming request to those
    ///     that are sent in its service context. What is percent-encoded in them is encoded anew. By default, undeclared
    ///     members never leave.
    ///   - onRejection: Called for everything that is neither set nor sent because it is malformed or too large,
    ///     immediately, on the thread that extracts or injects. Where the headers of a request are extracted twice, as a
    ///     middleware for spans and one for contexts do, it is called twice. Rejections hold no values.
    public init(
        _ entries: [BaggageEntry], limits: Baggage.Limits = .default, forwardsUndeclared: Bool = false,
        onRejection: (@Sendable (BaggageRejection) -> Void)? = nil
    ) {
        self.entries = entries
        self.limits = limits
        self.forwardsUndeclared = forwardsUndeclared
        self.onRejection = onRejection
        self.isReceiving = forwardsUndeclared || onRejection != nil || entries.contains(where: \.isReceived)
        self.keys = HeaderKeys(entries.map(\.key))
        self.hasRepeatedKeys = Set(entries.map(\.key)).count < entries.count
    }

    func reject(_ rejection: BaggageRejection) {
        onRejection?(rejection)
    }
}
#endif
