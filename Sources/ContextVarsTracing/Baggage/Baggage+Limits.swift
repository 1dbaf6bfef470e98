// SPDX-License-Identifier: Apache-2.0
#if Tracing
extension Baggage {
    /// How much a `baggage` header may hold.
    ///
    /// A received header beyond a limit is refused as a whole: half of a header can mean something else than all of it, and
    /// a value that overrides an earlier one could be in the missing half. A header that is sent is cut down member by
    /// member.
    ///
    /// A value type, safe to use from any thread.
    public struct Limits: Hashable, Sendable {
        /// How many members there may be.
        public var maxMembers: Int
        /// How many bytes the header may have, including commas but not the optional white space around them.
        public var maxBytes: Int

        /// Creates limits.
        ///
        /// - Complexity: O(1).
        public init(maxMembers: Int = 64, maxBytes: Int = 8192) {
            self.maxMembers = maxMembers
            self.maxBytes = maxBytes
        }

        /// 64 members and 8192 bytes, which the recommendation requires every implementation to carry.
        public static let `default` = Limits()

        /// No limits, for headers that are known to be small.
        public static let unlimited = Limits(maxMembers: .max, maxBytes: .max)
    }
}
#endif
