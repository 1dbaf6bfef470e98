import CContextVarsFrames
import PersistentCollections

/// The values of a storage that structured children read without a lock.
///
/// Once children read a storage, its owner doesn't change it in place: each `set` publishes another version. The children
/// may still be reading the previous ones, so a version keeps these until nobody can be.
final class Version {
    let values: ContextValues
    // The owner alone looks at what follows.
    private var previous: Version?
    private var unreleased: Int
    /// How many versions are kept before it is asked whether they are read: that makes all processors pass a barrier.
    private var limit = 32

    init(_ values: ContextValues, after previous: Version?) {
        self.values = values
        self.previous = previous
        unreleased = previous.map { $0.unreleased + 1 } ?? 0
        limit = previous?.limit ?? limit
    }

    deinit {
        // One after the other: there may be too many for a recursion.
        var next = previous.take()
        while let version = next { next = version.previous.take() }
    }

    /// Releases the versions before the current one of a storage, unless somebody may be reading them.
    ///
    /// For the owner, without the lock: what ends may run what a user wrote.
    static func releaseUnread(in storage: Storage) {
        at(contextvars_storage_values(storage))._withUnsafeGuaranteedRef { $0.releaseUnread(in: storage) }
    }

    private func releaseUnread(in storage: Storage) {
        guard unreleased > limit else { return }
        guard contextvars_nobody_reads(storage) else {
            limit *= 2
            return
        }
        unreleased = 0
        limit = 32
        let unread = previous.take()
        withExtendedLifetime(unread) {}
    }
}

// MARK: - In a storage

extension Version {
    /// Whether the first word of a storage is the address of a version, instead of a map's root.
    @inline(__always)
    static func isVersion(_ word: UInt) -> Bool { word & UInt(CONTEXTVARS_PUBLISHED_VERSION) != 0 }

    @inline(__always)
    static func at(_ word: UInt) -> Unmanaged<Version> {
        Unmanaged.fromOpaque(UnsafeRawPointer(bitPattern: word & ~UInt(CONTEXTVARS_PUBLISHED_VERSION))!)
    }

    /// The word for this version, which has a reference to it.
    func intoWord() -> UInt {
        UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()) | UInt(CONTEXTVARS_PUBLISHED_VERSION)
    }
}
