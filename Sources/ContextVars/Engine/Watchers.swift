// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Synchronization

/// The watchers of the process: those of all events, and those of one variable.
enum Watchers {
    private enum Function {
        case ofEvents(@Sendable (Context.Event) -> Void)
        case ofVariable(AnyContextVar, @Sendable (_ old: StoredValue?, _ new: StoredValue?) -> Void)
    }

    private struct Registry {
        var functions: [(id: Context.WatcherID, function: Function)] = []
        var lastNumber = 0
    }

    private static let registry = Mutex(Registry())
    private static let count = Atomic<Int>(0)

    /// Whether there are none, so that nothing has to be reported: one inlined load.
    @inline(__always)
    static var isEmpty: Bool { count.load(ordering: .relaxed) == 0 }

    static func add(_ function: @escaping @Sendable (Context.Event) -> Void) -> Context.WatcherID {
        add(.ofEvents(function))
    }

    static func add(
        for variable: AnyContextVar, _ function: @escaping @Sendable (_ old: StoredValue?, _ new: StoredValue?) -> Void
    ) -> Context.WatcherID {
        add(.ofVariable(variable, function))
    }

    private static func add(_ function: Function) -> Context.WatcherID {
        registry.withLock { registry in
            registry.lastNumber += 1
            let id = Context.WatcherID(number: registry.lastNumber)
            registry.functions.append((id, function))
            count.store(registry.functions.count, ordering: .relaxed)
            return id
        }
    }

    static func remove(_ id: Context.WatcherID) -> Bool {
        // Released after the lock is given back: what the function holds may end, and switch contexts then.
        let removed = registry.withLock { registry in
            let index = registry.functions.firstIndex { $0.id == id }
            let removed = index.map { registry.functions.remove(at: $0) }
            count.store(registry.functions.count, ordering: .relaxed)
            return removed
        }
        return removed != nil
    }

    /// Runs a body of which no function is told what it does on this thread.
    static func withoutReports(_ body: () -> Void) {
        let threadIsNotifying = contextvars_thread_is_notifying()
        let wasNotifying = threadIsNotifying.pointee
        threadIsNotifying.pointee = true
        defer { threadIsNotifying.pointee = wasNotifying }
        body()
    }

    /// Calls a body with each function, unless the caller is such a function: what that does itself would otherwise be
    /// reported without end.
    private static func forEach(_ body: (Function) -> Void) {
        let threadIsNotifying = contextvars_thread_is_notifying()
        guard !threadIsNotifying.pointee else { return }
        threadIsNotifying.pointee = true
        defer { threadIsNotifying.pointee = false }
        for (_, function) in registry.withLock({ $0.functions }) { body(function) }
    }
}

// MARK: - What is reported

extension Watchers {
    /// Reports a change of the calling agent's current context, which the body makes.
    @inline(__always)
    static func reportingSwitch<Result>(_ change: () -> Result) -> Result {
        isEmpty ? change() : reportingSwitchToWatchers(change)
    }

    @inline(never)
    private static func reportingSwitchToWatchers<Result>(_ change: () -> Result) -> Result {
        let old = CurrentContext.values()
        let result = change()
        switched(from: old, to: CurrentContext.values()) { CurrentContext.object }
        return result
    }

    /// Reports that another context is current.
    ///
    /// - Parameter context: Called only for a watcher of all events: it may make an object.
    @inline(never)
    static func switched(from old: ContextValues, to new: ContextValues, _ context: () -> Context?) {
        forEach { function in
            switch function {
            case .ofEvents(let call): call(.switched(to: context()))
            case .ofVariable(let variable, let call): report(old[variable], new[variable], of: variable, to: call)
            }
        }
    }

    /// Reports that a variable was set or reset.
    @inline(never)
    static func changed(_ changed: AnyContextVar, from old: StoredValue?, to new: StoredValue?) {
        forEach { function in
            switch function {
            case .ofEvents(let call):
                call(.changed(changed, from: old.map(changed.value(from:)), to: new.map(changed.value(from:))))
            case .ofVariable(let variable, let call):
                if variable === changed { report(old, new, of: variable, to: call) }
            }
        }
    }

    /// Calls a variable's function if it has another value.
    private static func report(
        _ old: StoredValue?, _ new: StoredValue?, of variable: AnyContextVar,
        to call: (_ old: StoredValue?, _ new: StoredValue?) -> Void
    ) {
        let isSame =
            switch (old, new) {
            case (nil, nil): true
            case (let old?, let new?): variable.areEqual(old, new)
            case (let value?, nil), (nil, let value?): variable.isDefault(value)
            }
        if !isSame { call(old, new) }
    }

    /// Reports that a context was copied.
    @inline(__always)
    static func copied(to copy: Context?) {
        if !isEmpty { copiedForWatchers(to: copy) }
    }

    @inline(never)
    private static func copiedForWatchers(to copy: Context?) {
        forEach { function in
            if case .ofEvents(let call) = function { call(.copied(to: copy)) }
        }
    }

    /// Sets a variable in the current context, and reports it.
    @inline(never)
    static func set(_ variable: AnyContextVar, to newValue: MovingValue, in storage: Storage) -> Storage.Exchanged {
        let new = newValue.retained().takeStored()
        let old = storage.exchange(newValue, for: variable, isSetHere: true)
        changed(variable, from: old.value?.retained().takeStored(), to: new)
        return old
    }
}
