// SPDX-License-Identifier: Apache-2.0
// What is written first by those who know Python's module, and what to write instead: the compiler would only say which types
// don't fit.

extension ContextVar {
    /// Not available: a variable has something to read wherever it isn't set.
    @available(*, unavailable, message: "give a default, or make the value optional: ContextVar<Int?>")
    @_disfavoredOverload
    public convenience init(_ name: String, inheritance: Inheritance = .copied) {
        fatalError("unavailable")
    }

    /// Not available: only an optional can be without a value.
    @available(*, unavailable, message: "a variable with a default always has a value: write 'get()'")
    @_disfavoredOverload
    public func require() throws(ContextError) -> Value { get() }
}

extension Context {
    /// Not available: the current context belongs to the running task or thread alone.
    @available(*, unavailable, message: "write 'copyContext()', or 'ContextSnapshot.current' to hand values over")
    public static var current: Context { copyContext() }
}
