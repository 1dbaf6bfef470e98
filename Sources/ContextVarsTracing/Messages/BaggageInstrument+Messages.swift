// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import Tracing

// All of it goes by way of injectors and extractors, so that a message has the limits, the directions and the reports of
// a header.

extension BaggageInstrument {
    /// The declared variables as one string, for a column of a row or a field of a message.
    ///
    /// ```swift
    /// try Job(payload: payload, context: messages.encodedBaggage()).insert(database)
    /// ```
    ///
    /// It is the value of a `baggage` header: printable ASCII, within ``limits``. It has the same members, and the same ones
    /// are left out and reported, as with ``inject(_:into:using:)``.
    ///
    /// - Parameter serviceContext: Supplies received values for variables that aren't set in the current context.
    /// - Returns: The string, or `nil` if there is nothing to send.
    /// - Complexity: O(*n*) for the size of the values.
    public func encodedBaggage(in serviceContext: ServiceContext? = .current) -> String? {
        var text: String?
        inject(serviceContext ?? .topLevel, into: &text, using: TextCarrier())
        return text
    }

    /// Writes the declared variables to the attributes of a message, under the key `baggage`.
    ///
    /// The previous value of that key is removed, even if there is nothing to send. So a message made from another one
    /// doesn't keep its values. Other keys stay as they are.
    ///
    /// - Parameters:
    ///   - attributes: The attributes of the message.
    ///   - serviceContext: Supplies received values for variables that aren't set in the current context.
    /// - Complexity: O(*n*) for the size of the values.
    public func inject(into attributes: inout [String: String], in serviceContext: ServiceContext? = .current) {
        attributes[Self.headerName] = encodedBaggage(in: serviceContext)
    }
}

extension ContextSnapshot {
    /// The snapshot with the values of a message, from the string that ``BaggageInstrument/encodedBaggage(in:)`` made.
    ///
    /// A worker runs each message in a snapshot that starts empty, so that it has no value of the worker or of another
    /// message:
    ///
    /// ```swift
    /// try await ContextSnapshot().receiving(from: job.context, using: messages).run {
    ///     try await perform(job)
    /// }
    /// ```
    ///
    /// The string can hold anything. As in a received header, keys that are undeclared or `.sendOnly` are ignored, and
    /// members that are malformed or too large are left out and reported by the instrument.
    ///
    /// - Parameters:
    ///   - text: The string; `nil` sets nothing.
    ///   - instrument: The instrument that declares the variables. It needn't be the one that the program's requests use.
    /// - Complexity: O(*n*) for the size of the string, which the limits bound.
    public func receiving(from text: String?, using instrument: BaggageInstrument) -> ContextSnapshot {
        receiving(from: text, with: TextCarrier(), using: instrument)
    }

    /// The snapshot with the values of a message, from its attributes.
    ///
    /// Works like ``receiving(from:using:)-(String?,_)`` with the value of the key `baggage`.
    ///
    /// - Parameters:
    ///   - attributes: The attributes of the message.
    ///   - instrument: The instrument that declares the variables.
    /// - Complexity: O(*n*) for the size of the value, which the limits bound.
    public func receiving(
        from attributes: [String: String], using instrument: BaggageInstrument
    ) -> ContextSnapshot {
        receiving(from: attributes, with: DictionaryCarrier(), using: instrument)
    }

    private func receiving<Extract: Extractor>(
        from carrier: Extract.Carrier, with extractor: Extract, using instrument: BaggageInstrument
    ) -> ContextSnapshot {
        var serviceContext = ServiceContext.topLevel
        instrument.extract(carrier, into: &serviceContext, using: extractor)
        return receiving(from: serviceContext)
    }
}

/// A single string, regardless of its key.
private struct TextCarrier: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into carrier: inout String?) {
        carrier = value
    }

    func extract(key: String, from carrier: String?) -> String? {
        carrier
    }
}
#endif
