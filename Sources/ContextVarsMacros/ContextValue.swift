// SPDX-License-Identifier: Apache-2.0
#if Macros
@_exported public import ContextVars

/// Declares a context variable that is read like a property, as with `@TaskLocal`.
///
/// ```swift
/// enum Request {
///     @ContextValue static var id: String?
///     @ContextValue static var tenant = "public"
/// }
///
/// Request.tenant                                   // in the current context: "public"
/// try Request.$tenant.set("acme")                  // until the context ends, or `reset`
/// Request.$tenant.withValue("acme") { … }          // for this code
/// ```
///
/// The property reads the current value, and the same name with a `$` is the `ContextVar` itself, with all
/// of its methods. An optional property without an initial value reads `nil` until it is set; every other property needs
/// an initial value, which is the variable's default and is evaluated once, at the first use.
///
/// The variable's name, in logs and errors, is that of the type and the property: `Request.tenant`. The variable has the
/// property's access level and availability. It is never isolated, not even in an actor or a type with a global actor. To read
/// the property itself from everywhere there too, write `nonisolated` before `static var`.
///
/// Declare it as a `static var` of a type that isn't generic, or as a global `var`: a context variable is a key, and exists
/// once.
///
/// - Complexity: Reading the property calls `ContextVar.get()`: O(1).
@attached(accessor)
@attached(peer, names: prefixed(`$`))
public macro ContextValue() = #externalMacro(module: "ContextVarsMacrosPlugin", type: "ContextValueMacro")

/// Declares a context variable with a name of your choice that is read like a property, as with `@TaskLocal`.
///
/// ```swift
/// enum Request {
///     @ContextValue("x-request-id") static var id: String?
/// }
/// ```
///
/// Otherwise it behaves like ``ContextValue()``.
///
/// - Parameter name: What descriptions, logs and errors call the variable. Names needn't be unique.
@attached(accessor)
@attached(peer, names: prefixed(`$`))
public macro ContextValue(_ name: String) =
    #externalMacro(module: "ContextVarsMacrosPlugin", type: "ContextValueMacro")

// MARK: - With a rule of inheritance

// The compiler checks a macro's arguments before it knows which property they are for. So `.never` alone doesn't say whose
// `Inheritance` it is; the forms with `Never` take the rules that are the same for every type of value.

/// Declares a context variable that is read like a property, and says what happens to its value where work is handed over.
///
/// ```swift
/// enum Database {
///     @ContextValue(inheritance: .never) static var transaction: Transaction?
/// }
/// ```
///
/// Otherwise it behaves like ``ContextValue()``.
///
/// - Parameter inheritance: `.never` or `.copied`. Another form of the macro takes `.transformed`.
@attached(accessor)
@attached(peer, names: prefixed(`$`))
public macro ContextValue(inheritance: ContextVar<Never>.Inheritance) =
    #externalMacro(module: "ContextVarsMacrosPlugin", type: "ContextValueMacro")

/// Declares a context variable that is read like a property, and whose value changes where work is handed over.
///
/// ```swift
/// enum Call {
///     @ContextValue(inheritance: .transformed { $0 + 1 }) static var depth = 0
///     @ContextValue(inheritance: .transformed { (path: [String]) in path + ["/"] })
///     static var path: [String] = []
/// }
/// ```
///
/// Name the parameter's type where the function alone doesn't say it. Otherwise it behaves like ``ContextValue()``.
///
/// - Parameter inheritance: What happens to the value in a new task and in a snapshot.
@attached(accessor)
@attached(peer, names: prefixed(`$`))
public macro ContextValue<Value: Sendable>(inheritance: ContextVar<Value>.Inheritance) =
    #externalMacro(module: "ContextVarsMacrosPlugin", type: "ContextValueMacro")

/// Declares a context variable with a name of your choice that is read like a property, and says what happens to its
/// value where work is handed over.
///
/// ```swift
/// enum Request {
///     @ContextValue("x-request-id", inheritance: .never) static var id: String?
/// }
/// ```
///
/// Otherwise it behaves like ``ContextValue()``.
///
/// - Parameters:
///   - name: What descriptions, logs and errors call the variable. Names needn't be unique.
///   - inheritance: `.never` or `.copied`. Another form of the macro takes `.transformed`.
@attached(accessor)
@attached(peer, names: prefixed(`$`))
public macro ContextValue(_ name: String, inheritance: ContextVar<Never>.Inheritance) =
    #externalMacro(module: "ContextVarsMacrosPlugin", type: "ContextValueMacro")

/// Declares a context variable with a name of your choice that is read like a property, and whose value changes where work
/// is handed over.
///
/// ```swift
/// enum Call {
///     @ContextValue("call.depth", inheritance: .transformed { $0 + 1 })
///     static var depth = 0
/// }
/// ```
///
/// Name the parameter's type where the function alone doesn't say it. Otherwise it behaves like ``ContextValue()``.
///
/// - Parameters:
///   - name: What descriptions, logs and errors call the variable. Names needn't be unique.
///   - inheritance: What happens to the value in a new task and in a snapshot.
@attached(accessor)
@attached(peer, names: prefixed(`$`))
public macro ContextValue<Value: Sendable>(_ name: String, inheritance: ContextVar<Value>.Inheritance) =
    #externalMacro(module: "ContextVarsMacrosPlugin", type: "ContextValueMacro")
#endif
