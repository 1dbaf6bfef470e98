// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import PersistentCollections

/// The values of some variables, in which code can run: `contextvars.Context` of PEP 567.
///
/// A context is an object with an identity. While code runs in it (``run(_:)-7vyiv``, or a task that has it),
/// ``ContextVar/set(_:)`` changes it. ``copy()`` takes O(1) time, regardless of the number of variables; afterwards neither
/// sees the other's changes.
///
/// ```swift
/// let context = Context()
/// try context.run {
///     try Request.id.set("a7")
/// }
/// print(context.contains(Request.id))  // true
/// ```
///
/// A context can be entered only once at a time; a second `run` throws ``ContextError/alreadyEntered``. Reading one
/// (subscripts, iteration, ``copy()``, `==`) is safe from any thread, at any time.
public final class Context: @unchecked Sendable {
    // Invariant behind `@unchecked`: `stored` is used by the rules of `contextvars_storage` only, which keep its users on
    // different threads apart. They also imply what the run-time checks of exclusivity would check.
    @exclusivity(unchecked)
    private var stored = contextvars_storage()

    /// Creates an empty context.
    ///
    /// - Complexity: O(1).
    public init() {
        Observation.taken(self, from: nil)
    }

    /// Creates a context with values that are shared until either side changes.
    init(_ values: ContextValues) {
        storage.map.initialize(to: values)
    }

    /// Creates a context that the caller owns from the start, until `unclaim()`.
    convenience init(claimedWith values: ContextValues) {
        self.init(values)
        _ = contextvars_storage_claim(storage)
    }

    /// Creates the object for what has been current without one, and claims it for the owner of that storage.
    convenience init(takingOver storage: Storage) {
        self.init(claimedWith: storage.settledValues())
        self.storage.notedVariables.initialize(to: storage.variablesSetHere().forAnotherStorage())
        // What tokens know the context by.
        self.storage.pointee.identity_high = storage.pointee.identity_high
        self.storage.pointee.identity_low = storage.pointee.identity_low
    }

    deinit {
        storage.contents.releaseOneAfterTheOther()
    }

    /// A new context with the same values, of which neither sees the other's changes.
    ///
    /// - Complexity: O(1).
    public func copy() -> Context {
        let copy = Context(storedValues())
        Watchers.copied(to: copy)
        Observation.taken(copy, from: storage)
        return copy
    }
}

// MARK: - The storage

extension Context {
    /// Where the values are, as long as the object lives.
    @inline(__always)
    var storage: Storage {
        // Not by `&stored`: the ThreadSanitizer would take that for an access of the property.
        let address = Unmanaged.passUnretained(self).toOpaque() + Self.storageOffset
        return address.assumingMemoryBound(to: contextvars_storage.self)
    }

    /// The same as the compiler sees it, for the test that compares both.
    var addressOfStored: UnsafeMutableRawPointer {
        withUnsafeMutablePointer(to: &stored) { UnsafeMutableRawPointer($0) }
    }

    /// The object that a storage belongs to; `nil` for that of a frame, which nobody claims.
    static func object(of storage: Storage) -> Context? {
        guard contextvars_storage_is_claimed(storage) else { return nil }
        let address = UnsafeMutableRawPointer(storage) - storageOffset
        return Unmanaged<Context>.fromOpaque(address).takeUnretainedValue()
    }

    /// Where the storage is in the object: behind the header of every Swift object.
    ///
    /// `StorageTests` checks it.
    @inline(__always)
    static var storageOffset: Int { 2 * MemoryLayout<UInt>.size }

    /// The values at this moment.
    ///
    /// For any thread.
    func storedValues() -> ContextValues { storage.valuesUnderLock() }
}

// MARK: - Being claimed

extension Context {
    /// Whether something runs in the context at this moment.
    var isClaimed: Bool { contextvars_storage_is_claimed(storage) }

    /// Claims the context for the caller, who becomes its owner until ``unclaim()``.
    @usableFromInline
    func claim() throws(ContextError) {
        guard contextvars_storage_claim(storage) else { throw .alreadyEntered(self) }
    }

    /// Says that the claim is for pieces of work, which may run one inside the other.
    func claimForPieces() {
        contextvars_storage_claim_for_pieces(storage)
    }

    @usableFromInline
    func unclaim() {
        storage.withdrawAfterUse()
        contextvars_storage_unclaim(storage)
    }
}

// MARK: - Identity

extension Context: Identifiable {
    /// Identifies a context among all those of the process, even after it has ended.
    ///
    /// A ``Token`` holds one instead of its context.
    public struct ID: Hashable, Sendable {
        let number: UInt64
    }

    /// The context's identity.
    ///
    /// - Complexity: O(1).
    public var id: ID {
        // Given out on demand: most contexts are copies for tasks that never ask.
        ID(number: contextvars_storage_identity(storage))
    }
}
