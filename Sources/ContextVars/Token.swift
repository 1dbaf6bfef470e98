// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The result of ``ContextVar/set(_:)``, with which ``ContextVar/reset(_:)`` restores the variable.
///
/// A token works once, with the variable and in the context that made it (PEP 567). It holds the variable's previous
/// value, but no reference to its context: a token may be kept anywhere, even as a value in the context it came from, and
/// keeps nothing else alive.
///
/// A token is safe to use from any thread. Its properties are O(1).
public final class Token<Value: Sendable>: Sendable {
    /// The state of a variable in a context before it was set there.
    public enum OldValue: Sendable {
        /// The variable wasn't set in the context: CPython's `Token.MISSING`.
        case missing
        /// The variable's value.
        case value(Value)
    }

    /// The identity of the context in which the variable was set.
    public var context: Context.ID { origin.context }

    /// The variable that was set: `Token.var` in CPython.
    public let `var`: ContextVar<Value>

    /// The variable's previous value, if it had one.
    public var oldValue: OldValue {
        hadValue ? .value(storedOldValue.load(as: Value.self)) : .missing
    }

    /// Whether ``ContextVar/reset(_:)`` has used the token.
    public var isUsed: Bool { used.load(ordering: .relaxed) }

    @usableFromInline let origin: TokenOrigin
    @usableFromInline let hadValue: Bool
    /// Meaningful only if `hadValue`.
    @usableFromInline let storedOldValue: StoredValue
    @usableFromInline let used = Atomic<Bool>(false)

    @inlinable
    init(origin: TokenOrigin, variable: ContextVar<Value>, oldValue: MovingValue?) {
        self.origin = origin
        self.var = variable
        self.hadValue = oldValue != nil
        self.storedOldValue = (oldValue ?? MovingValue(bits: 0, box: nil)).takeStored(as: Value.self)
    }

    // Written out to be inlinable: the compiler leaves out the whole object where a token goes nowhere.
    @inlinable
    deinit {}
}

/// Which context a token is from, and whether the variable had been set there before.
///
/// One word, so that `set` returns all that a token is made of in registers.
@usableFromInline
struct TokenOrigin: Sendable {
    private let word: UInt64

    /// Identities have 48 bits.
    private static let wasSetHere: UInt64 = 1 << 63

    @inline(__always)
    init(context: UInt64, wasSetHere: Bool) {
        word = wasSetHere ? context | Self.wasSetHere : context
    }

    @inline(__always)
    var context: Context.ID { Context.ID(number: word & ~Self.wasSetHere) }

    @inline(__always)
    var wasSetHere: Bool { word & Self.wasSetHere != 0 }
}

extension Token {
    /// What the variable had before; the token owns it.
    @inlinable
    var unretainedOldValue: MovingValue? {
        hadValue ? MovingValue(unretained: storedOldValue, as: Value.self) : nil
    }

    /// The same as it is stored.
    var storedOrMissing: StoredValue? { hadValue ? storedOldValue : nil }

    /// Why the token can't restore a variable, as far as the token knows.
    ///
    /// To be asked before whether its context is current: the checks come in CPython's order.
    @inlinable
    func refusal(of variable: ContextVar<Value>) -> ContextError.Code? {
        if isUsed { return .tokenUsed }
        return self.var === variable ? nil : .tokenFromDifferentVar
    }

    /// Marks the token as used if it is unused, of this variable, and `restore` finds that its context is current.
    ///
    /// The checks need no lock: a token's context has one owner, who alone gets past them.
    ///
    /// - Parameters:
    ///   - variable: The variable to restore.
    ///   - restore: Restores it; `nil` if another context is current.
    /// - Returns: What is left to do. It may run code that tries to use the token again.
    @inlinable
    func use(
        with variable: ContextVar<Value>, restore: () throws(ContextError) -> Restored?
    ) throws(ContextError) -> Restored {
        if let refusal = refusal(of: variable) { throw .token(refusal, of: self.var) }
        guard let restored = try restore() else { throw .token(.tokenFromDifferentContext, of: self.var) }
        used.store(true, ordering: .relaxed)
        return restored
    }
}

extension Token.OldValue: Equatable where Value: Equatable {}
extension Token.OldValue: Hashable where Value: Hashable {}

extension Token: CustomStringConvertible {
    /// Names the variable and says whether the token is used, like CPython's `repr`.
    public var description: String {
        "<Token\(isUsed ? " used" : "") var=\(self.var) at \(address(of: self))>"
    }
}
