import CContextVarsFrames

/// The context that is current for the calling agent: reading and changing it.
///
/// What one operation costs in a context that the caller owns, with up to 16 variables:
/// - `get`: the thread's cached frame, its owner compared with the running task; then the frame's context, the map's
///   root, the byte of its header for the variable's hash, one key compared: ten loads. Where another variable has the
///   position, of which there are 16, the few such ones are compared too. No lock, no allocation, no atomic
///   read-modify-write; a retain where the value is an object.
/// - `set`: the same way down, between the exchange and the store of the context's lock. A value of at most eight plain
///   bytes replaces the old one in place; others allocate a box. The token is one allocation more, unless the compiler
///   sees that it goes nowhere.
enum CurrentContext {
    /// The values of the current context at this moment; none where there is none.
    @inline(__always)
    static func values() -> ContextValues {
        guard let frame = contextvars_cached_frame() else { return reachedValues() }
        if let context = frame.context { return context._withUnsafeGuaranteedRef { $0.values } }
        return frame.draft.pointee.variable == nil ? frame.draft.pointee.values : frame.settledValues()
    }

    /// The same for a caller that will replace one variable's value, which may therefore be an old one.
    static func values(replacing variable: AnyContextVar) -> ContextValues {
        guard let frame = contextvars_cached_frame(), frame.context == nil, frame.draft.pointee.variable === variable
        else {
            return values()
        }
        return frame.draft.pointee.values
    }

    @inline(never)
    private static func reachedValues() -> ContextValues {
        reach().frame?.snapshotOfValues() ?? ContextValues()
    }

    /// The current context, whoever owns it, if there is one.
    ///
    /// It is made if need be.
    static var object: Context? {
        let (frame, access) = reach()
        let context = access == CONTEXTVARS_ACCESS_OWNED ? frame?.madeContext() : frame?.madeContextForBorrower()
        return context?.takeUnretainedValue()
    }

    /// The frame that the caller reaches, and how the caller stands to it.
    ///
    /// It stays bound at least as long as the caller runs.
    @inline(__always)
    fileprivate static func reach() -> (frame: Frame?, access: contextvars_access) {
        var access = CONTEXTVARS_ACCESS_NONE
        let frame = contextvars_reach_frame(&access)
        return (frame, access)
    }

    /// The context that the caller may change.
    @inline(__always)
    fileprivate static func owned(toChange variable: AnyContextVar) throws(ContextError) -> Unmanaged<Context> {
        if let context = contextvars_cached_frame()?.context { return context }
        return try reachOwned(toChange: variable)
    }

    @inline(never)
    private static func reachOwned(toChange variable: AnyContextVar) throws(ContextError) -> Unmanaged<Context> {
        let (frame, access) = reach()
        guard access == CONTEXTVARS_ACCESS_OWNED, let frame else {
            throw .cannotChange(variable, isBorrowed: access == CONTEXTVARS_ACCESS_BORROWED)
        }
        return frame.madeContext()
    }
}

// MARK: - What inlined code calls

// Never inlined: they read thread-local storage, which an asynchronous caller must not do at one address across a
// suspension.

/// What the caller's own context has for a variable.
@usableFromInline
enum OwnValue {
    /// The place of the value, valid until the caller changes the context.
    case at(UnsafePointer<StoredValue>)
    /// The variable isn't set.
    case unset
    /// The thread hasn't cached the caller's frame, or the caller doesn't own one: ``reachedValue(of:)`` knows.
    case unknown
}

@usableFromInline
@inline(never)
func ownValue(of variable: AnyContextVar) -> OwnValue {
    guard let frame = contextvars_cached_frame() else { return contextvars_has_no_context() ? .unset : .unknown }
    return place(of: variable, in: frame).map(OwnValue.at) ?? .unset
}

/// The value of a variable in the current context, whoever owns it; `nil` where the variable isn't set or no context is
/// current.
@usableFromInline
@inline(never)
func reachedValue(of variable: AnyContextVar) -> StoredValue? {
    prepareRuntime()
    let (frame, access) = CurrentContext.reach()
    guard let frame else { return nil }
    // Somebody else may be changing a borrowed context at this moment.
    if access == CONTEXTVARS_ACCESS_BORROWED { return frame.storedValue(of: variable) }
    return place(of: variable, in: frame)?.pointee
}

@inline(__always)
private func place(of variable: AnyContextVar, in frame: Frame) -> UnsafePointer<StoredValue>? {
    if let context = frame.context {
        return context._withUnsafeGuaranteedRef { $0.values.valuePointer(forKey: variable) }
    }
    return frame.draft.placeOfValue(of: variable)
}

/// The values of the current context at this moment, and those of the task locals that snapshots carry.
@usableFromInline
@inline(never)
func snapshotOfCurrent() -> ContextSnapshot {
    CarriedSources.isEmpty ? ContextSnapshot(CurrentContext.values()) : snapshotWithCaptured()
}

@inline(never)
private func snapshotWithCaptured() -> ContextSnapshot {
    ContextSnapshot(CurrentContext.values(), captured: CarriedSources.capture())
}

/// Sets a variable in the current context, and returns which context that is and what the variable had there.
@usableFromInline
@inline(never)
func setInCurrent(
    _ variable: AnyContextVar, to newValue: MovingValue
) throws(ContextError) -> (context: Context.ID, oldValue: MovingValue?) {
    let current: Unmanaged<Context>
    do throws(ContextError) {
        current = try CurrentContext.owned(toChange: variable)
    } catch {
        newValue.release()
        throw error
    }
    return current._withUnsafeGuaranteedRef { context in
        (context.id, context.exchange(newValue, for: variable))
    }
}

/// Gives a variable what it had before, or unsets it with `nil`, if a certain context is current.
///
/// - Parameter oldValue: Borrowed.
/// - Returns: What the variable had until now; `nil` if another context is current.
@usableFromInline
@inline(never)
func restoreInCurrent(
    _ variable: AnyContextVar, to oldValue: MovingValue?, ifCurrentIs expected: Context.ID
) throws(ContextError) -> MovingValue?? {
    try CurrentContext.owned(toChange: variable)._withUnsafeGuaranteedRef { context in
        guard context.id == expected else { return nil }
        return .some(context.exchange(oldValue?.retained(), for: variable))
    }
}
