// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A context variable of any value type, as returned by ``Context/keys`` and by iteration over a ``Context``.
///
/// Every ``ContextVar`` is one. Variables are told apart by identity, never by name: two variables of the same name
/// are two keys, as in PEP 567.
///
/// Instances are immutable and safe to use from any thread.
public class AnyContextVar: @unchecked Sendable {
    // Invariant behind `@unchecked`: every stored property, here and in the only subclass, is an immutable `Sendable`,
    // or an atomic.

    /// The name given at creation, for descriptions, logs and errors.
    public final let name: String

    /// The cached hash: a number that no other variable of the process has.
    ///
    /// Consecutive numbers differ in their lowest bits. So of up to 16 variables, which are one node of a context's map
    /// in any case, most lie at their own positions, and more of them fill the nodes at the bottom.
    @usableFromInline
    final let number: Int

    /// The variable's bit in ``VariablesSetHere``.
    final let bit: UInt64

    /// ``diagnosticRules``: bits that are set where the variable is declared.
    final let diagnosticRuleBits = Atomic<UInt8>(0)

    /// Whether a recording has noted the name.
    final let wasNoted = Atomic<Bool>(false)

    private static let created = Atomic<Int>(0)

    /// Only ``ContextVar`` inherits from this class.
    init(name: String) {
        self.name = name
        self.number = Self.created.wrappingAdd(1, ordering: .relaxed).oldValue
        self.bit = VariablesSetHere.bit(ofNumber: number)
    }

    /// A stored value of this variable, in its own type.
    func value(from stored: StoredValue) -> any Sendable {
        preconditionFailure("AnyContextVar is abstract")
    }

    /// What a stored value of this variable becomes where work is handed over; `nil` where the variable is unset there.
    func inherited(_ stored: StoredValue) -> StoredValue? {
        preconditionFailure("AnyContextVar is abstract")
    }

    /// Whether two stored values of this variable are equal, as ``Context/==(_:_:)`` understands it.
    func areEqual(_ lhs: StoredValue, _ rhs: StoredValue) -> Bool {
        preconditionFailure("AnyContextVar is abstract")
    }

    /// Whether a stored value of this variable is equal to its default.
    func isDefault(_ stored: StoredValue) -> Bool {
        preconditionFailure("AnyContextVar is abstract")
    }
}

extension AnyContextVar: Hashable {
    /// Whether both are the same variable.
    ///
    /// - Complexity: O(1).
    @inlinable
    public static func == (lhs: AnyContextVar, rhs: AnyContextVar) -> Bool {
        lhs === rhs
    }

    /// Feeds the variable's identity to a hasher.
    ///
    /// - Complexity: O(1).
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(number)
    }

    /// The variable's hash, computed once at its creation.
    ///
    /// - Complexity: O(1).
    @inlinable
    public var hashValue: Int { number }
}
