// SPDX-License-Identifier: Apache-2.0
#if Tracing
/// Why baggage can't be created.
public enum BaggageError: Error, Hashable, Sendable {
    /// A key is empty, or has characters that a token of HTTP can't have.
    case invalidKey(String)
}

extension BaggageError: CustomStringConvertible {
    /// Says what was refused, and what to write instead.
    public var description: String {
        switch self {
        case .invalidKey(let key):
            """
            cannot use \(key.debugDescription) as a key of baggage: a key is a token of HTTP. Write ASCII letters, \
            digits and any of !#$%&'*+-.^_`|~ only, and at least one character
            """
        }
    }
}
#endif
