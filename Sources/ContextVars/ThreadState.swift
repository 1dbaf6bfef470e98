// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Synchronization

/// An explicit stack of entered contexts, for authors of language runtimes and event loops: the counterpart of CPython's
/// `PyThreadState`.
///
/// Tasks and threads of Swift programs don't need one: the context that is current for them follows from `run` and from how
/// a task was created. A runtime that schedules its own threads of control gives each of them a thread state, and
/// passes it where it reads and changes variables:
///
/// ```swift
/// let state = ThreadState()
/// try state.enter(context)
/// Request.id.set("a7", in: state)
/// print(Request.id.get(in: state) ?? "-")  // a7
/// try state.exit(context)
/// ```
///
/// As in CPython, a state that has entered nothing has a root context, made when it is first needed.
///
/// A thread state is safe to use from any thread, but it describes one thread of control, so normally only that one uses it.
public final class ThreadState: Sendable {
    private struct Stack {
        /// Made on demand, entered as long as the state lives.
        var root: Context?
        var entered: [Context] = []

        mutating func current() -> Context {
            if let context = entered.last ?? root { return context }
            let context = Context(claimedWith: ContextValues())
            root = context
            return context
        }
    }

    private let stack = Mutex(Stack())

    /// Creates a state that has entered no context.
    ///
    /// - Complexity: O(1).
    public init() {}

    /// Creates a state whose root context is a copy of another state's current context: for a thread that inherits the values
    /// of the thread that starts it, as CPython 3.14's `threading.Thread` can.
    ///
    /// Call it on the starting thread, so that the copy has the values from the time of the start.
    ///
    /// - Complexity: O(1).
    public init(inheriting starter: ThreadState) {
        let root = Context(claimedWith: starter.context.storedValues())
        stack.withLock { $0.root = root }
    }

    deinit {
        stack.withLock { stack in
            for context in stack.entered { context.unclaim() }
            stack.root?.unclaim()
        }
    }

    /// The context entered last, or the state's root context if none is entered.
    ///
    /// - Complexity: O(1).
    public var context: Context {
        stack.withLock { stack in
            defer { contextvars_retain_barrier() }
            return stack.current()
        }
    }

    /// Makes a context the current one of this state: `PyContext_Enter`.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if the context is entered already, in any state, task or thread.
    /// - Complexity: O(1).
    public func enter(_ context: Context) throws(ContextError) {
        try context.claim()
        let outer = stack.withLock { stack in
            defer { contextvars_retain_barrier() }
            let outer = stack.entered.last ?? stack.root
            stack.entered.append(context)
            return outer
        }
        reportSwitch(from: outer, to: context)
    }

    /// Leaves the current context and makes the one before it current again: `PyContext_Exit`.
    ///
    /// - Throws: ``ContextError/notEntered`` if nothing has entered the context; ``ContextError/notCurrent`` if it isn't
    ///   the one that this state entered last.
    /// - Complexity: O(1).
    public func exit(_ context: Context) throws(ContextError) {
        let outer: Context?? = stack.withLock { stack in
            defer { contextvars_retain_barrier() }
            guard stack.entered.last === context else { return nil }
            stack.entered.removeLast()
            return .some(stack.entered.last ?? stack.root)
        }
        guard let outer else { throw context.isClaimed ? .notCurrent(context) : .notEntered(context) }
        context.unclaim()
        reportSwitch(from: context, to: outer)
    }

    private func reportSwitch(from old: Context?, to new: Context?) {
        if Watchers.isEmpty { return }
        let values = (old?.storedValues() ?? ContextValues(), new?.storedValues() ?? ContextValues())
        Watchers.switched(from: values.0, to: values.1) { new }
    }
}

// MARK: - Variables

extension ThreadState {
    /// Sets a variable in the current context.
    func set<Value>(_ variable: ContextVar<Value>, to newValue: Value) -> Token<Value> {
        let token = stack.withLock { stack in
            let context = stack.current()
            let old = context.storage.exchange(MovingValue(storing: newValue), for: variable, isSetHere: true)
            let origin = TokenOrigin(context: context.id.number, wasSetHere: old.wasSetHere)
            return Token(origin: origin, variable: variable, oldValue: old.value)
        }
        if !Watchers.isEmpty { Watchers.changed(variable, from: token.storedOrMissing, to: StoredValue(newValue)) }
        return token
    }

    /// Restores what a variable had in the current context.
    ///
    /// All under the lock: a token works once, even if several threads try it at the same time. What may run a user's code,
    /// which may use this state, comes after it: the end of the value that goes, and the description of the error.
    func reset<Value>(_ variable: ContextVar<Value>, with token: Token<Value>) throws(ContextError) {
        let (discarded, refusal) = stack.withLock { stack -> (MovingValue?, ContextError.Code?) in
            if let refusal = token.refusal(of: variable) { return (nil, refusal) }
            let context = stack.current()
            guard context.id == token.context else { return (nil, .tokenFromDifferentContext) }
            token.used.store(true, ordering: .relaxed)
            let value = token.unretainedOldValue?.retained()
            return (context.storage.exchange(value, for: variable, isSetHere: token.origin.wasSetHere).value, nil)
        }
        if let refusal { throw .token(refusal, of: token.var) }
        if !Watchers.isEmpty {
            Watchers.changed(variable, from: discarded?.retained().takeStored(), to: token.storedOrMissing)
        }
        MovingValue.release(discarded)
    }
}
