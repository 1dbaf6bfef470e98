// SPDX-License-Identifier: Apache-2.0
#if Tracing
import Tracing

/// Injects into a dictionary of strings and extracts from one: the attributes of a message, the environment of a process.
///
/// It works with any instrument, so a message can have a tracer's ids as well as its variables:
///
/// ```swift
/// InstrumentationSystem.instrument.inject(
///     serviceContext, into: &message.attributes, using: DictionaryCarrier())
/// ```
///
/// Keys are compared exactly, as message systems do. Instruments write theirs in lower case.
///
/// Safe to use from any thread.
public struct DictionaryCarrier: Injector, Extractor {
    /// The carrier: a dictionary of strings.
    public typealias Carrier = [String: String]

    /// Creates a carrier; all are alike.
    public init() {}

    /// Sets a key to a value, replacing any previous one.
    ///
    /// - Complexity: O(1) on average.
    public func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
        carrier[key] = value
    }

    /// The value of a key.
    ///
    /// - Complexity: O(1) on average.
    public func extract(key: String, from carrier: [String: String]) -> String? {
        carrier[key]
    }
}
#endif
