// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics
import CContextVarsFrames
import ContextVars
import Synchronization

/// The contexts that are bound in the process while the inspector is started.
///
/// A frame may be read as long as its entry is here: its owner takes the entry out, under the same lock, before it ends
/// anything. So the holder of the lock reads the frame's storage as a holder of a `Context` would. Owners do so only while
/// they are observed: the observer is set before ``begin()``, and goes after ``end()``.
enum LiveContexts {
    typealias Frame = UnsafeMutablePointer<contextvars_frame>
    typealias Storage = UnsafeMutablePointer<contextvars_storage>

    struct Entry {
        let context: UInt64
        let parent: UInt64?
        let lane: UInt64
        let ownerName: String?
        let since: UInt64
        fileprivate let frame: FrameReference
    }

    /// Invariant behind `@unchecked`: it is followed under the lock of its shard only, where it leads to a frame.
    fileprivate struct FrameReference: @unchecked Sendable {
        let frame: Frame
    }

    private struct Shard: Sendable {
        /// The number of the start that its entries belong to; 0 where it takes none.
        var run: UInt64 = 0
        var entries: [UInt: Entry] = [:]
        /// Of copies that no task has used yet, by context: where they came from.
        var waiting: [UInt64: UInt64] = [:]
    }

    /// So many locks that threads seldom wait for one another.
    private static let shards = (0..<64).map { _ in Locked(Shard()) }

    private static let run = Atomic<UInt64>(0)

    private static func shard(of word: UInt64) -> Locked<Shard> {
        shards[Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> 58)]
    }

    /// Takes entries from now on.
    static func begin() {
        let run = run.add(1, ordering: .acquiringAndReleasing).newValue
        for shard in shards { shard.withLock { $0 = Shard(run: run) } }
    }

    /// Forgets all entries, and takes no more.
    static func end() {
        for shard in shards { shard.withLock { $0 = Shard() } }
    }

    // MARK: Called by the engine

    static func bound(_ frame: Frame, outer: Frame?) {
        let isCopyOfOuter = frame.pointee.own.flags & UInt8(CONTEXTVARS_LENT_VARIABLE) != 0
        insert(
            frame,
            parent: isCopyOfOuter ? outer.map { contextvars_storage_identity(contextvars_frame_storage($0)) } : nil)
    }

    static func adopted(_ frame: Frame) {
        let context = contextvars_storage_identity(contextvars_frame_storage(frame))
        let parent = shard(of: context).withLock { $0.waiting.removeValue(forKey: context) }
        insert(frame, parent: parent)
    }

    static func ending(_ frame: Frame) {
        let address = UInt(bitPattern: frame)
        shard(of: UInt64(address)).withLock { _ = $0.entries.removeValue(forKey: address) }
    }

    static func copied(_ source: Storage, to copy: Storage) {
        let run = run.load(ordering: .acquiring)
        let (parent, context) = (contextvars_storage_identity(source), contextvars_storage_identity(copy))
        shard(of: context).withLock { shard in
            if shard.run == run { shard.waiting[context] = parent }
        }
    }

    static func discarded(_ copy: Storage) {
        let context = contextvars_storage_identity(copy)
        shard(of: context).withLock { _ = $0.waiting.removeValue(forKey: context) }
    }

    private static func insert(_ frame: Frame, parent: UInt64?) {
        let run = run.load(ordering: .acquiring)
        let lane = contextvars_lane(contextvars_current_agent())
        let isThread = contextvars_lane_is_thread(lane)
        let threadName = isThread ? Runner.threadName : ""
        let name =
            isThread ? (threadName.isEmpty ? nil : threadName) : contextvars_task_name().map { String(cString: $0) }
        let entry = Entry(
            context: contextvars_storage_identity(contextvars_frame_storage(frame)), parent: parent, lane: lane,
            ownerName: name, since: contextvars_nanoseconds(), frame: FrameReference(frame: frame))
        let address = UInt(bitPattern: frame)
        shard(of: UInt64(address)).withLock { shard in
            if shard.run == run { shard.entries[address] = entry }
        }
    }

    // MARK: For the inspector

    /// Each entry with its current values, and how many copies no task has used yet.
    static func all() -> (contexts: [(entry: Entry, values: ContextSnapshot)], waiting: Int) {
        var (contexts, waiting): ([(entry: Entry, values: ContextSnapshot)], Int) = ([], 0)
        for shard in shards {
            // Values that end are released by the caller, under no lock.
            contexts += shard.withLock { shard in
                waiting += shard.waiting.count
                return shard.entries.values.map { entry in
                    (entry, Observation.snapshot(of: contextvars_frame_storage(entry.frame.frame)))
                }
            }
        }
        return (contexts, waiting)
    }
}
