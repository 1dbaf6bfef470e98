// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What snapshots carry beside variables: a list that only ever grows, so that reading it takes no lock.
enum CarriedSources {
    private static let first = AtomicLazyReference<CarriedSource>()

    /// Adds a source at the end, unless one of the same identity is there.
    static func add(_ source: CarriedSource) {
        var present = first.storeIfNil(source)
        while present !== source && present.id != source.id {
            present = present.next.storeIfNil(source)
        }
        HandingOver.markNotPlain()
    }

    /// The values that all sources have where nothing of them is in force, or `nil` where there are no sources.
    ///
    /// A detached task has no task-local values. This one's executor runs it before its creation returns.
    static func captureOutside() -> CapturedValue? {
        if HandingOver.isPlain || first.load() == nil { return nil }
        let captured = Mutex<CapturedValue?>(nil)
        // contextvars:ignore a task without values is the purpose
        _ = Task.detached(executorPreference: InlineExecutor()) {
            captured.withLock { $0 = capture() }
        }
        return captured.withLock { $0 }
    }

    /// The caller's values of all sources, or `nil` where there are no sources.
    static func capture() -> CapturedValue? {
        var captured: CapturedValue?
        var source = first.load()
        while let current = source {
            captured = current.capture(before: captured)
            source = current.next.load()
        }
        return captured
    }
}

/// One thing whose value snapshots carry.
class CarriedSource: @unchecked Sendable {
    // Invariant behind `@unchecked`: every stored property, here and in the subclasses, is an immutable `Sendable`.

    /// What tells it from others.
    final let id: ObjectIdentifier
    fileprivate final let next = AtomicLazyReference<CarriedSource>()

    init(id: ObjectIdentifier) {
        self.id = id
    }

    /// The caller's value, linked to others that have been captured.
    func capture(before next: CapturedValue?) -> CapturedValue {
        preconditionFailure("CarriedSource is abstract")
    }
}

/// A task local.
final class TaskLocalSource<Value: Sendable>: CarriedSource, @unchecked Sendable {
    private let taskLocal: TaskLocal<Value>

    init(_ taskLocal: TaskLocal<Value>) {
        self.taskLocal = taskLocal
        super.init(id: ObjectIdentifier(taskLocal))
    }

    override func capture(before next: CapturedValue?) -> CapturedValue {
        CapturedTaskLocal(taskLocal, before: next)
    }
}

/// A value that a type gives and restores.
final class ScopedValueSource<Source: ScopedValue>: CarriedSource, @unchecked Sendable {
    init() {
        super.init(id: ObjectIdentifier(Source.self))
    }

    override func capture(before next: CapturedValue?) -> CapturedValue {
        CapturedScopedValue<Source>(before: next)
    }
}
