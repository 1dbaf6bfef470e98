import CContextVarsRuntime

/// The context that is current for the calling agent: reading and changing it.
///
/// What one operation costs in a context that the caller owns, with up to 32 variables:
/// - `get`: the thread's cached frame, its owner compared with the running task; then the frame's context, the map's
///   root, a bit count, one key compared. No lock, no allocation, no atomic read-modify-write; a retain where the value
///   is an object.
/// - `set`: the same way down, between the exchange and the store of the context's lock. A value of at most eight plain
///   bytes replaces the old one in place; others allocate a box. The token is allocated unless the caller doesn't keep
///   it.
enum CurrentContext {
    /// How the calling agent stands to a context.
    enum Access {
        case none, borrowed
    }

    /// The values of the current context at this moment; none where there is none.
    static func values() -> ContextValues {
        withReachable { $0?.snapshotOfValues() ?? ContextValues() }
    }

    /// Calls the body with the context that the caller reaches, owned or borrowed, if it has been made.
    static func withReachable<Result>(_ body: (Context?) -> Result) -> Result {
        var access = CONTEXTVARS_ACCESS_NONE
        guard let frame = contextvars_reach_frame(&access), let context = contextvars_frame_context(frame) else {
            return body(nil)
        }
        return Unmanaged<Context>.fromOpaque(context)._withUnsafeGuaranteedRef(body)
    }

    /// Calls the body with the context that the caller may change.
    @inline(__always)
    static func withOwned<Result>(
        toChange variable: AnyContextVar, _ body: (Context) -> Result
    ) throws(ContextError) -> Result {
        guard let frame = contextvars_owned_frame() else {
            throw .cannotChange(variable, in: withReachable { $0 == nil } ? .none : .borrowed)
        }
        let context = contextvars_frame_context(frame) ?? makeContext(of: frame)
        return Unmanaged<Context>.fromOpaque(context)._withUnsafeGuaranteedRef(body)
    }

    /// Makes the context of a frame that has none yet: that of the main thread, or of a task that it started before it
    /// had one.
    @inline(never)
    private static func makeContext(of frame: UnsafeMutablePointer<contextvars_frame>) -> UnsafeMutableRawPointer {
        prepareRuntime()
        let context = Context(enteredWith: ContextValues())
        let reference = Unmanaged.passRetained(context).toOpaque()
        contextvars_frame_set_context(frame, reference)
        return reference
    }
}

// MARK: - What inlined code calls

/// What ``currentValue(of:)`` found.
@usableFromInline
enum CurrentValue {
    /// The variable isn't set, or no context is current.
    case unset
    /// The place of the value in the caller's own context, valid until the caller changes the context.
    case owned(UnsafePointer<StoredValue>)
    /// A copy of the value in a context that somebody else may be changing at this moment.
    case copied(StoredValue)
}

@usableFromInline
func currentValue(of variable: AnyContextVar) -> CurrentValue {
    guard let frame = contextvars_owned_frame() else {
        return CurrentContext.withReachable { $0?.storedValue(of: variable) }.map(CurrentValue.copied) ?? .unset
    }
    guard let context = contextvars_frame_context(frame) else { return .unset }
    return Unmanaged<Context>.fromOpaque(context)._withUnsafeGuaranteedRef { context in
        context.values.valuePointer(forKey: variable).map(CurrentValue.owned) ?? .unset
    }
}

/// Sets a variable in the current context, and returns which context that is and what the variable had there.
@usableFromInline
func setInCurrent(
    _ variable: AnyContextVar, to newValue: StoredValue
) throws(ContextError) -> (context: Context.ID, oldValue: StoredValue?) {
    try CurrentContext.withOwned(toChange: variable) { context in
        (context.id, context.exchange(newValue, for: variable))
    }
}

/// Gives a variable what it had before, or unsets it with `nil`, if a certain context is current; returns whether it is.
@usableFromInline
func restoreInCurrent(
    _ variable: AnyContextVar, to oldValue: StoredValue?, ifCurrentIs expected: Context.ID
) throws(ContextError) -> Bool {
    try CurrentContext.withOwned(toChange: variable) { context in
        guard context.id == expected else { return false }
        _ = context.exchange(oldValue, for: variable)
        return true
    }
}
