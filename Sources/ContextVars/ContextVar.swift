// SPDX-License-Identifier: Apache-2.0
/// A variable whose value depends on the context in which it is read.
///
/// Declare one for each value that belongs to the current unit of work rather than to an object: the request, the tenant,
/// the deadline. Keep it in a global or static constant: a variable is a key by identity.
///
/// ```swift
/// enum Request {
///     static let id = ContextVar<String?>("request.id")
///     static let attempt = ContextVar("request.attempt", default: 1)
/// }
///
/// try Context().run {
///     try Request.id.set("a7")
///     print(Request.id.get() ?? "-")  // a7
///     // A task copies the context when it is created.
///     Task { print(Request.id.get() ?? "-") }  // a7
/// }
/// ```
///
/// This is `contextvars.ContextVar` of PEP 567 and CPython 3.14, with a value type. Variables are immutable and safe to
/// use from any thread and task: what they read and write is the caller's own context.
public final class ContextVar<Value: Sendable>: AnyContextVar, @unchecked Sendable {
    /// The value that ``get()`` returns where the variable isn't set.
    public let defaultValue: Value

    /// Whether ``defaultValue`` was given by the author, so that it says something.
    private let hasExplicitDefault: Bool

    private let inheritance: Inheritance

    /// Creates a variable with a default value.
    ///
    /// A variable with another ``Inheritance`` than `.copied` is kept for good.
    ///
    /// - Parameters:
    ///   - name: What descriptions, logs and errors call the variable. Names needn't be unique.
    ///   - defaultValue: What ``get()`` gives where the variable isn't set.
    ///   - inheritance: What happens to the value where work is handed over, for example to a new task.
    /// - Complexity: O(1). Safe from any thread.
    public init(_ name: String, default defaultValue: Value, inheritance: Inheritance = .copied) {
        self.defaultValue = defaultValue
        self.hasExplicitDefault = true
        self.inheritance = inheritance
        super.init(name: name)
        addRule()
    }

    /// Creates a variable that reads `nil` until it is set.
    ///
    /// Where a missing value is a mistake, read it with ``require()``, which throws like CPython's `get` for a
    /// variable without a default.
    ///
    /// A variable with another ``Inheritance`` than `.copied` is kept for good.
    ///
    /// - Parameters:
    ///   - name: What descriptions, logs and errors call the variable. Names needn't be unique.
    ///   - inheritance: What happens to the value where work is handed over, for example to a new task.
    /// - Complexity: O(1). Safe from any thread.
    public init<Wrapped>(_ name: String, inheritance: Inheritance = .copied) where Value == Wrapped? {
        self.defaultValue = nil
        self.hasExplicitDefault = false
        self.inheritance = inheritance
        super.init(name: name)
        addRule()
    }

    private func addRule() {
        if case .copied = inheritance { return }
        InheritanceRule.add(self)
    }

    override func inherited(_ stored: StoredValue) -> StoredValue? {
        switch inheritance {
        case .copied: stored
        case .never: nil
        case .transformed(let transform): StoredValue(transform(stored.load(as: Value.self)))
        }
    }

    override func value(from stored: StoredValue) -> any Sendable {
        stored.load(as: Value.self)
    }

    override func areEqual(_ lhs: StoredValue, _ rhs: StoredValue) -> Bool {
        if lhs.isIdentical(to: rhs) { return true }
        return valuesAreEqual(lhs.load(as: Value.self), rhs.load(as: Value.self))
    }

    override func isDefault(_ stored: StoredValue) -> Bool {
        areEqual(stored, StoredValue(defaultValue))
    }
}

/// Whether two values of one type are equal: as such, as optionals, or as the same object.
private func valuesAreEqual(_ lhs: Any, _ rhs: Any) -> Bool {
    if let lhs = lhs as? any OptionalValue, let rhs = rhs as? any OptionalValue {
        guard let lhs = lhs.wrapped, let rhs = rhs.wrapped else { return lhs.wrapped == nil && rhs.wrapped == nil }
        return valuesAreEqual(lhs, rhs)
    }
    if let lhs = lhs as? any Equatable { return lhs.isEqual(to: rhs) }
    // `as AnyObject` alone would put values that are no objects into new ones.
    guard type(of: lhs) is AnyClass, type(of: rhs) is AnyClass else { return false }
    return lhs as AnyObject === rhs as AnyObject
}

/// An optional of any type.
package protocol OptionalValue {
    var wrapped: Any? { get }
}

extension Optional: OptionalValue {
    package var wrapped: Any? { self }
}

extension Equatable {
    /// Equality with a value of any type: values of different types are not equal.
    fileprivate func isEqual(to other: some Any) -> Bool {
        (other as? Self).map { $0 == self } ?? false
    }
}

extension ContextVar: CustomStringConvertible {
    /// Names the variable and its default, like CPython's `repr`.
    ///
    /// - Complexity: That of the default's description.
    public var description: String {
        let defaultPart = hasExplicitDefault ? " default=\(String(reflecting: defaultValue))" : ""
        return "<ContextVar name='\(name)'\(defaultPart) at \(address(of: self))>"
    }
}

/// An object's address in hexadecimal, to tell descriptions of objects apart.
func address(of object: AnyObject) -> String {
    "0x" + String(UInt(bitPattern: ObjectIdentifier(object)), radix: 16)
}
