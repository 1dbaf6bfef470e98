// SPDX-License-Identifier: Apache-2.0
#if Logging
public import Logging

extension LoggedVariable {
    /// How much of a variable's value is logged.
    public enum Privacy: Hashable, Sendable {
        /// The value itself.
        case `public`

        /// `<private>`: the log shows only that there is a value.
        case `private`

        /// `#` and eight hexadecimal digits: values can be told apart in the log, but not read.
        ///
        /// Equal values have equal digits within one run of the process. The digits depend on a random key that the
        /// process never shows, so they can't be computed from guessed values, nor compared with other processes. Two
        /// different values have the same digits with a probability of about one in four billion.
        case hashed

        @usableFromInline
        func redact(_ value: Logger.MetadataValue) -> Logger.MetadataValue {
            switch self {
            case .public: value
            case .private: .string("<private>")
            case .hashed: .string(digest(of: value.description))
            }
        }
    }
}

// Made once. `Hasher`'s own key is known where the environment has `SWIFT_DETERMINISTIC_HASHING`.
private let digestKey = (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max))

private func digest(of text: String) -> String {
    // SipHash with the keys of the process.
    var hasher = Hasher()
    hasher.combine(digestKey.0)
    hasher.combine(digestKey.1)
    hasher.combine(text)
    let digits = String(UInt32(truncatingIfNeeded: hasher.finalize()), radix: 16)
    return "#" + String(repeating: "0", count: 8 - digits.count) + digits
}
#endif
