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
    /// Takes over what another service context has received, for a context that has a span already.
    ///
    /// - Returns: Whether that changes anything.
    @discardableResult
    package mutating func receiveBaggage(of other: ServiceContext) -> Bool {
        let received = other.receivedBaggage
        if received == nil, receivedBaggage == nil { return false }
        receivedBaggage = received
        return true
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
