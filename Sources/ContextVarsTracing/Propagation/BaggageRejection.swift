// SPDX-License-Identifier: Apache-2.0
#if Tracing
/// Something that a ``BaggageInstrument`` neither set nor sent.
///
/// Rejections hold keys that the program declared, sizes and positions, and no text from outside, so that they can be
/// logged.
public enum BaggageRejection: Hashable, Sendable {
    /// A header that came in, or a member of it, doesn't follow the format or exceeds the limits.
    case malformed(Baggage.Problem)
    /// A received value is larger than its entry allows.
    case receivedValueTooLarge(key: String, bytes: Int, limit: Int)
    /// A received value isn't valid for its variable.
    case receivedValueInvalid(key: String)
    /// A value isn't sent because it is larger than its entry allows.
    case sentValueTooLarge(key: String, bytes: Int, limit: Int)
    /// A value isn't sent because the header is full.
    case sentValueBeyondLimits(key: String)
    /// Members that no entry declares aren't passed on because the header is full.
    case undeclaredBeyondLimits(count: Int)
}

extension BaggageRejection: CustomStringConvertible {
    /// Says what was rejected and why, without any text from outside.
    public var description: String {
        switch self {
        case .malformed(let problem):
            "received: \(problem)"
        case .receivedValueTooLarge(let key, let bytes, let limit):
            "received: the value of '\(key)' has \(bytes) bytes, and \(limit) are allowed"
        case .receivedValueInvalid(let key):
            "received: the value of '\(key)' can't be decoded"
        case .sentValueTooLarge(let key, let bytes, let limit):
            "not sent: the value of '\(key)' has \(bytes) bytes, and \(limit) are allowed"
        case .sentValueBeyondLimits(let key):
            "not sent: with '\(key)' the header would be beyond its limits"
        case .undeclaredBeyondLimits(let count):
            "not passed on: with \(count) more undeclared members the header would be beyond its limits"
        }
    }
}
#endif
