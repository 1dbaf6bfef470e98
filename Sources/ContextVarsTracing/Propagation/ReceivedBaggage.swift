#if Tracing
import ContextVars
import Tracing

/// What an extraction found, while it waits in a service context.
struct ReceivedBaggage: Sendable {
    /// The values, on their own: for what is sent from where no context is current.
    private(set) var values = ContextSnapshot()
    /// Each puts one of the values into a snapshot.
    private(set) var changes: [@Sendable (ContextSnapshot) -> ContextSnapshot] = []
    /// The members that no entry declares, where they are to be passed on.
    var undeclared: [Baggage.Member] = []

    mutating func append(_ change: @escaping @Sendable (ContextSnapshot) -> ContextSnapshot) {
        values = change(values)
        changes.append(change)
    }
}

extension ServiceContext {
    /// Takes over what another service context has received, for a context that has a span already.
    package mutating func receiveBaggage(of other: ServiceContext) {
        receivedBaggage = other.receivedBaggage
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
