// SPDX-License-Identifier: Apache-2.0
import PersistentCollections

extension Context {
    /// The value of a variable in this context, or `nil` where it isn't set here.
    ///
    /// Defaults don't count.
    ///
    /// - Complexity: That of ``ContextVar/get()``, and the context's lock. Safe from any thread.
    public subscript<Value>(variable: ContextVar<Value>) -> Value? {
        storage.value(of: variable)?.load(as: Value.self)
    }

    /// Whether a variable is set in this context.
    ///
    /// - Complexity: That of ``ContextVar/get()``, and the context's lock. Safe from any thread.
    public func contains(_ variable: AnyContextVar) -> Bool {
        storage.value(of: variable) != nil
    }

    /// How many variables are set.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public var count: Int { storedValues().count }

    /// Whether no variable is set.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public var isEmpty: Bool { storedValues().isEmpty }

    /// The variables that are set at the time of the call, in no particular order.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public var keys: some Sequence<AnyContextVar> & Sendable {
        storedValues().keys
    }
}

extension Context: Sequence {
    /// Iterates over the variables that are set at the time of the call, with their values, in no particular order.
    ///
    /// - Complexity: O(1), and O(*n*) for the whole iteration. Safe from any thread; changes that the context's owner
    ///   makes meanwhile aren't seen.
    public func makeIterator() -> Iterator {
        Iterator(base: storedValues().makeIterator())
    }

    /// Iterates over a context's variables and their values.
    public struct Iterator: IteratorProtocol {
        var base: ContextValues.Iterator

        /// The next variable and its value, or `nil` at the end.
        ///
        /// - Complexity: O(1) on average.
        public mutating func next() -> (variable: AnyContextVar, value: any Sendable)? {
            base.next().map { ($0.key, $0.key.value(from: $0.value)) }
        }
    }

    /// A lower bound of the number of variables; currently their exact number.
    public var underestimatedCount: Int { count }
}

extension Context: Equatable {
    /// Whether the same variables are set in both, to equal values.
    ///
    /// `Equatable` values are compared with `==`, unless they have the same bits (so a `nan` is equal to itself, as in
    /// CPython). Other values are equal if they are the same object, both `nil`, or shared because one context was copied
    /// from the other.
    ///
    /// - Complexity: O(*n*); O(1) for a context and its unchanged copy. Safe from any thread.
    public static func == (lhs: Context, rhs: Context) -> Bool {
        if lhs === rhs { return true }
        let (lhs, rhs) = (lhs.storedValues(), rhs.storedValues())
        if lhs.isIdentical(to: rhs) { return true }
        return lhs.count == rhs.count
            && lhs.allSatisfy { variable, value in
                rhs[variable].map { variable.areEqual(value, $0) } ?? false
            }
    }
}

extension Context: CustomStringConvertible {
    /// The names of the variables that are set.
    ///
    /// Values are left out, because descriptions end up in logs and errors.
    ///
    /// - Complexity: O(*n* log *n*): the names are sorted. Safe from any thread.
    public var description: String {
        "<Context \(storedValues().names) at \(address(of: self))>"
    }
}

extension Context: CustomDebugStringConvertible {
    /// The names and values of the variables that are set.
    ///
    /// - Complexity: O(*n* log *n*), and that of describing the values. Safe from any thread.
    public var debugDescription: String {
        "<Context \(storedValues().namesAndValues) at \(address(of: self))>"
    }
}

extension ContextValues {
    /// The names of the variables, in order.
    var names: String {
        "{\(keys.map(\.name).sorted().joined(separator: ", "))}"
    }

    /// The names and values of the variables, in the order of the names.
    var namesAndValues: String {
        let pairs = map { variable, stored in "\(variable.name): \(String(reflecting: variable.value(from: stored)))" }
        return "{\(pairs.sorted().joined(separator: ", "))}"
    }
}
