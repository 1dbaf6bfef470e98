// SPDX-License-Identifier: Apache-2.0
#if Tracing
/// The contents of a `baggage` header: named values that travel with a request, as defined by the W3C recommendation.
///
/// ```swift
/// let (baggage, problems) = Baggage.parse("tenant=acme, user=Ren%C3%A9e;source=login")
/// baggage["user"]               // "Renée"
/// baggage.serialized().header   // "tenant=acme,user=Ren%C3%A9e;source=login"
/// ```
///
/// Values are text here and percent-encoded in the header, so every string can be a value and none can break out of the
/// header. Keys are tokens of HTTP: ASCII, case-sensitive, never encoded.
///
/// A key may occur more than once, and the order is kept, as the recommendation requires. If you ask for one value, you get
/// the last: what a proxy appends overrides what came from further away.
///
/// A value type, safe to use from any thread.
public struct Baggage: Hashable, Sendable {
    /// The members, in the order of the header.
    public private(set) var members: [Member]

    /// Creates baggage without members.
    ///
    /// - Complexity: O(1).
    public init() {
        self.members = []
    }

    /// Creates baggage with the given members, in that order.
    ///
    /// - Complexity: O(*n*) for *n* members.
    public init(_ members: some Sequence<Member>) {
        self.members = Array(members)
    }

    /// Whether there are no members.
    ///
    /// - Complexity: O(1).
    public var isEmpty: Bool { members.isEmpty }

    /// The value of the last member with a key, or `nil` if there is none.
    ///
    /// - Complexity: O(*n*) for *n* members.
    public subscript(key: String) -> String? {
        members.last { $0.hasKey(key) }?.value
    }

    /// Adds a member at the end, and removes all other members with the same key.
    ///
    /// - Complexity: O(*n*) for *n* members.
    public mutating func set(_ member: Member) {
        remove(member.key)
        members.append(member)
    }

    /// Removes all members with a key.
    ///
    /// - Complexity: O(*n*) for *n* members.
    public mutating func remove(_ key: String) {
        members.removeAll { $0.hasKey(key) }
    }
}

extension Baggage: CustomStringConvertible {
    /// The keys of the members.
    ///
    /// Values are left out, because descriptions end up in logs.
    ///
    /// - Complexity: Linear in the length of the keys.
    public var description: String {
        "<Baggage {\(members.map(\.key).joined(separator: ", "))}>"
    }
}

extension Baggage: CustomDebugStringConvertible {
    /// The members, as they are in a header.
    ///
    /// - Complexity: Linear in the length of the text.
    public var debugDescription: String {
        "<Baggage \(serialized(limits: .unlimited).header)>"
    }
}
#endif
