// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames

/// The context that is current for the calling agent: reading and changing it.
///
/// | to | ask |
/// |---|---|
/// | read one variable | ``currentPlace(of:)``; ``currentBits(of:)`` if its values are plain bits |
/// | have all values | ``CurrentContext/values()`` |
/// | change a variable | ``setInCurrent(_:to:)``, ``restoreInCurrent(_:to:ifCurrentIs:)`` |
/// | know where a value comes from | ``CurrentContext/source(of:)`` |
/// | have the object, for watchers | ``CurrentContext/object`` |
///
/// Each looks first at the frame that the thread has cached; where that isn't the agent's, `contextvars_reach` finds the
/// agent's frame.
enum CurrentContext {
    /// The values of the current context at this moment; none where no context is current.
    @inline(__always)
    static func values() -> ContextValues {
        let cached = contextvars_cached_frame()
        guard let frame = cached.frame else { return reachedValues(by: cached.agent) }
        return frame.storage.settledValues()
    }

    @inline(never)
    private static func reachedValues(by agent: contextvars_agent) -> ContextValues {
        let reached = contextvars_reach(agent)
        guard let storage = reached.storage else { return ContextValues() }
        return reached.frame != nil ? storage.settledValues() : storage.valuesUnderLock()
    }

    /// The current context as an object, if there is one; where it is borrowed and isn't an object yet, a copy.
    static var object: Context? {
        let reached = contextvars_look_and_reach()
        if let frame = reached.frame { return frame.object() }
        return reached.storage.map { Context.object(of: $0) ?? Context($0.valuesUnderLock()) }
    }

    /// Where the value of a variable comes from.
    static func source(of variable: AnyContextVar) -> AnyContextVar.Source {
        contextvars_look_and_reach().storage?.source(of: variable) ?? .defaultValue
    }

    /// The storage that the caller may change.
    @inline(__always)
    fileprivate static func owned(toChange variable: AnyContextVar) throws(ContextError) -> Storage {
        let cached = contextvars_cached_frame()
        if let frame = cached.frame { return contextvars_frame_storage(frame) }
        return try reachOwned(toChange: variable, by: cached.agent)
    }

    @inline(never)
    private static func reachOwned(
        toChange variable: AnyContextVar, by agent: contextvars_agent
    ) throws(ContextError) -> Storage {
        let reached = contextvars_reach(agent)
        if reached.storage != nil, reached.frame == nil { throw .cannotChange(variable, isBorrowed: true) }
        if contextvars_may_make_main_root(reached), RuntimeCheck.allowsStayingValues {
            prepareEngine()
            if let root = contextvars_make_main_root() { return root.storage }
        }
        guard let storage = reached.storage else {
            Observation.lost(variable, isSet: true)
            throw .cannotChange(variable, isBorrowed: false)
        }
        return storage
    }
}

// MARK: - What inlined code calls

// Never inlined: they read thread-local storage, which an asynchronous caller must not do at one address across a
// suspension.

/// Where the current context has the value of a variable, if it has one.
///
/// In one word: only then may a function pass on what another one returns without a frame of its own.
@usableFromInline
struct CurrentPlace {
    @usableFromInline
    let word: UInt

    /// The variable isn't set, or no context is current.
    fileprivate static var unset: CurrentPlace { CurrentPlace(word: 0) }

    @inline(__always)
    fileprivate static func own(_ place: UnsafePointer<StoredValue>?) -> CurrentPlace {
        CurrentPlace(word: UInt(bitPattern: place))
    }

    @inline(__always)
    fileprivate static func borrowed(_ place: UnsafePointer<StoredValue>) -> CurrentPlace {
        CurrentPlace(word: UInt(bitPattern: place) | 1)
    }

    /// Valid until the caller changes the context.
    @inlinable
    var value: UnsafePointer<StoredValue>? { UnsafePointer(bitPattern: word & ~1) }

    /// Whether the caller must call ``endReading()`` as soon as it has copied the value.
    @inlinable
    var isBorrowed: Bool { word & 1 != 0 }
}

/// Where the current context has the value of a variable.
///
/// In a context that the caller owns, with up to 16 variables: the thread's cached frame, its owner compared with the
/// running task; then the frame's storage, its change compared, the map's root, the byte of its header for the variable's
/// hash, one key compared. No lock, no allocation, no atomic read-modify-write.
@usableFromInline
@inline(never)
func currentPlace(of variable: AnyContextVar) -> CurrentPlace {
    let cached = contextvars_cached_frame()
    guard let frame = cached.frame else { return reachedPlace(of: variable, by: cached.agent) }
    return .own(contextvars_frame_storage(frame).place(of: variable))
}

@inline(never)
private func reachedPlace(of variable: AnyContextVar, by agent: contextvars_agent) -> CurrentPlace {
    let reading = contextvars_begin_reading_reached(agent)
    guard let storage = reading.storage else {
        Observation.lost(variable, isSet: false)
        return .unset
    }
    let place = storage.place(of: variable)
    guard let reader = reading.reader else { return .own(place) }
    if let place { return .borrowed(place) }
    contextvars_end_reading(reader)
    return .unset
}

/// The same for a value that is stored in place: its bits, or a copy of them until the thread reads again.
@usableFromInline
@inline(never)
func currentBits(of variable: AnyContextVar) -> UnsafePointer<UInt64>? {
    let cached = contextvars_cached_frame()
    guard let frame = cached.frame else { return reachedBits(of: variable, by: cached.agent) }
    return contextvars_frame_storage(frame).place(of: variable)?.bitsAddress
}

@inline(never)
private func reachedBits(of variable: AnyContextVar, by agent: contextvars_agent) -> UnsafePointer<UInt64>? {
    let reading = contextvars_begin_reading_reached(agent)
    guard let storage = reading.storage else {
        Observation.lost(variable, isSet: false)
        return nil
    }
    let bits = storage.place(of: variable)?.bitsAddress
    guard let reader = reading.reader else { return bits }
    let kept = bits.map { contextvars_keep_bits($0.pointee) }
    contextvars_end_reading(reader)
    return kept
}

/// Ends the reading of a borrowed value.
///
/// Never inlined, so that the caller has retained before what it has read.
@usableFromInline
@inline(never)
func endReading() {
    contextvars_end_reading_here()
}

/// What the current context hands over at this moment, and the values of the task locals that snapshots carry.
@usableFromInline
@inline(never)
func snapshotOfCurrent() -> ContextSnapshot {
    let snapshot = HandingOver.isPlain ? ContextSnapshot(CurrentContext.values()) : snapshotByRules()
    Observation.taken(snapshot, from: Observation.currentStorage)
    return snapshot
}

@inline(never)
private func snapshotByRules() -> ContextSnapshot {
    ContextSnapshot(InheritanceRule.apply(to: CurrentContext.values()), captured: CarriedSources.capture())
}

/// Sets a variable in the current context, and returns what a token needs to know of that, and what the variable had there.
@usableFromInline
@inline(never)
func setInCurrent(
    _ variable: AnyContextVar, to newValue: MovingValue
) throws(ContextError) -> (origin: TokenOrigin, oldValue: MovingValue?) {
    let storage: Storage
    do throws(ContextError) {
        storage = try CurrentContext.owned(toChange: variable)
    } catch {
        newValue.release()
        throw error
    }
    let context = contextvars_storage_identity(storage)
    let old =
        Watchers.isEmpty
        ? storage.exchange(newValue, for: variable, isSetHere: true)
        : Watchers.set(variable, to: newValue, in: storage)
    Observation.changed(variable, in: storage, isReset: false)
    return (TokenOrigin(context: context, wasSetHere: old.wasSetHere), old.value)
}

/// Gives a variable what it had before, or unsets it with `nil`, if the context of a token is current.
///
/// - Parameter oldValue: Unretained.
/// - Returns: `nil` if another context is current.
@usableFromInline
@inline(never)
func restoreInCurrent(
    _ variable: AnyContextVar, to oldValue: MovingValue?, ifCurrentIs origin: TokenOrigin
) throws(ContextError) -> Restored? {
    let storage = try CurrentContext.owned(toChange: variable)
    guard contextvars_storage_identity(storage) == origin.context.number else { return nil }
    let discarded = storage.exchange(oldValue?.retained(), for: variable, isSetHere: origin.wasSetHere).value
    Observation.changed(variable, in: storage, isReset: true)
    return Restored(discarded: discarded, isWatched: !Watchers.isEmpty)
}

/// What is left to do after a variable was restored, once its token is marked as used.
@usableFromInline
struct Restored {
    /// What the variable had until then, to be released.
    @usableFromInline
    let discarded: MovingValue?
    /// Whether the change is to be reported.
    @usableFromInline
    let isWatched: Bool
}

/// Reports that a variable has again what it had before a token's `set`.
@usableFromInline
@inline(never)
func reportRestored(_ restored: Restored, of variable: AnyContextVar, to oldValue: MovingValue?) {
    Watchers.changed(
        variable, from: restored.discarded?.retained().takeStored(), to: oldValue?.retained().takeStored())
}
