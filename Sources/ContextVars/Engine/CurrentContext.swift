import CContextVarsRuntime

/// The context that is current for the calling agent: reading and changing it.
///
/// What one operation costs in a context that the caller owns, with up to 16 variables:
/// - `get`: the thread's cached frame, its owner compared with the running task; then the frame's context, the map's
///   root, a number of its rank table, one key compared: nine loads. No lock, no allocation, no atomic read-modify-write; a retain where the value
///   is an object.
/// - `set`: the same way down, between the exchange and the store of the context's lock. A value of at most eight plain
///   bytes replaces the old one in place; others allocate a box. The token is one allocation more.
enum CurrentContext {
    /// The values of the current context at this moment; none where there is none.
    static func values() -> ContextValues {
        if let context = ownedAndCached { return context._withUnsafeGuaranteedRef { $0.values } }
        return reach().context?._withUnsafeGuaranteedRef { $0.snapshotOfValues() } ?? ContextValues()
    }

    /// The current context, whoever owns it, if there is one and it has been made.
    static var object: Context? { reach().context?.takeUnretainedValue() }

    /// The context that the caller is known to own, if it has been made.
    @inline(__always)
    fileprivate static var ownedAndCached: Unmanaged<Context>? {
        contextvars_cached_frame().flatMap(contextvars_frame_context).map { Unmanaged.fromOpaque($0) }
    }

    /// The context that the caller reaches, if there is one and it has been made, and how the caller stands to it.
    ///
    /// The context's frame keeps it alive, and stays bound at least as long as the caller runs.
    @inline(never)
    fileprivate static func reach() -> (context: Unmanaged<Context>?, access: contextvars_access) {
        var access = CONTEXTVARS_ACCESS_NONE
        let frame = contextvars_reach_frame(&access)
        return (frame.flatMap(contextvars_frame_context).map { Unmanaged.fromOpaque($0) }, access)
    }

    /// The context that the caller may change.
    @inline(__always)
    fileprivate static func owned(toChange variable: AnyContextVar) throws(ContextError) -> Unmanaged<Context> {
        if let context = ownedAndCached { return context }
        return try reachOwned(toChange: variable)
    }

    @inline(never)
    private static func reachOwned(toChange variable: AnyContextVar) throws(ContextError) -> Unmanaged<Context> {
        var access = CONTEXTVARS_ACCESS_NONE
        let frame = contextvars_reach_frame(&access)
        guard access == CONTEXTVARS_ACCESS_OWNED, let frame else {
            throw .cannotChange(variable, isBorrowed: access == CONTEXTVARS_ACCESS_BORROWED)
        }
        return Unmanaged.fromOpaque(contextvars_frame_context(frame) ?? makeContext(of: frame))
    }

    /// Makes the context of a frame that has none yet: that of the main thread, or of a task that it started before it
    /// had one.
    private static func makeContext(of frame: UnsafeMutablePointer<contextvars_frame>) -> UnsafeMutableRawPointer {
        prepareRuntime()
        let context = Unmanaged.passRetained(Context(enteredWith: ContextValues())).toOpaque()
        contextvars_frame_set_context(frame, context)
        return context
    }
}

// MARK: - What inlined code calls

// Never inlined: they read thread-local storage, which an asynchronous caller must not do at one address across a
// suspension.

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
@inline(never)
func currentValue(of variable: AnyContextVar) -> CurrentValue {
    guard let context = CurrentContext.ownedAndCached else { return reachedValue(of: variable) }
    return place(of: variable, in: context)
}

/// The same where the thread hasn't cached the caller's frame, or the caller doesn't own the context.
@inline(never)
private func reachedValue(of variable: AnyContextVar) -> CurrentValue {
    let (context, access) = CurrentContext.reach()
    guard let context else { return .unset }
    guard access == CONTEXTVARS_ACCESS_BORROWED else { return place(of: variable, in: context) }
    return context._withUnsafeGuaranteedRef { $0.storedValue(of: variable) }.map(CurrentValue.copied) ?? .unset
}

@inline(__always)
private func place(of variable: AnyContextVar, in context: Unmanaged<Context>) -> CurrentValue {
    context._withUnsafeGuaranteedRef { $0.values.valuePointer(forKey: variable) }.map(CurrentValue.owned) ?? .unset
}

/// Sets a variable in the current context, and returns which context that is and what the variable had there.
@usableFromInline
@inline(never)
func setInCurrent(
    _ variable: AnyContextVar, to newValue: StoredValue
) throws(ContextError) -> (context: Context.ID, oldValue: StoredValue?) {
    try CurrentContext.owned(toChange: variable)._withUnsafeGuaranteedRef { context in
        (context.id, context.exchange(newValue, for: variable))
    }
}

/// Gives a variable what it had before, or unsets it with `nil`, if a certain context is current.
///
/// Returns what the variable had until now, for the caller to release when all is done; `nil` if another context is
/// current.
@usableFromInline
@inline(never)
func restoreInCurrent(
    _ variable: AnyContextVar, to oldValue: StoredValue?, ifCurrentIs expected: Context.ID
) throws(ContextError) -> StoredValue?? {
    try CurrentContext.owned(toChange: variable)._withUnsafeGuaranteedRef { context in
        guard context.id == expected else { return nil }
        return .some(context.exchange(oldValue, for: variable))
    }
}
