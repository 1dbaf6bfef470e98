// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch

#if canImport(CDispatch)
import CDispatch

/// Work that a queue runs once, with the values of a snapshot: the argument of `dispatch_async_f`.
///
/// One allocation, where a closure that keeps a closure and a snapshot has two: its own, and that of the block around it.
private final class WorkInSnapshot: Sendable {
    private let snapshot: ContextSnapshot
    private let work: @Sendable () -> Void

    init(_ snapshot: consuming ContextSnapshot, _ work: consuming @escaping @Sendable () -> Void) {
        self.snapshot = snapshot
        self.work = work
    }

    func run() {
        snapshot.run(work)
    }
}

extension DispatchQueue {
    /// Schedules work that runs with the values of a snapshot, without flags and class of service.
    ///
    /// Only where ``DispatchObjects/areKnown``.
    @usableFromInline
    func enqueue(
        _ group: DispatchGroup?, _ snapshot: consuming ContextSnapshot, _ work: consuming @escaping @Sendable () -> Void
    ) {
        let context = Unmanaged.passRetained(WorkInSnapshot(snapshot, work)).toOpaque()
        let run: dispatch_function_t = { context in
            guard let context else { return }
            Unmanaged<WorkInSnapshot>.fromOpaque(context).takeRetainedValue().run()
        }
        if let group {
            dispatch_group_async_f(DispatchObjects.underlying(group), DispatchObjects.underlying(self), context, run)
        } else {
            dispatch_async_f(DispatchObjects.underlying(self), context, run)
        }
    }
}

/// Where Swift's objects keep those of libdispatch: `Documentation/Design/queue-functions.md`.
@usableFromInline
enum DispatchObjects {
    /// Whether they are where ``underlying(_:)`` reads them.
    @usableFromInline
    static let areKnown = isKnown(in: DispatchQueue(label: "org.swift.contextvars")) && isKnown(in: DispatchGroup())

    /// The object of libdispatch: the first property, behind the header of every Swift object.
    @inline(__always)
    static func underlying(_ object: DispatchObject) -> OpaquePointer {
        Unmanaged.passUnretained(object).toOpaque()
            .load(fromByteOffset: 2 * MemoryLayout<UInt>.size, as: OpaquePointer.self)
    }

    /// Whether reflection says the same.
    private static func isKnown(in object: DispatchObject) -> Bool {
        #if CONTEXTVARS_WITHOUT_QUEUE_FUNCTIONS
        return false
        #else
        let mirror = Mirror(reflecting: object)
        guard mirror.children.count == 1, mirror.superclassMirror?.children.isEmpty ?? true,
            let property = mirror.children.first, property.label == "__wrapped"
        else { return false }
        return property.value as? OpaquePointer == underlying(object)
        #endif
    }
}
#endif
