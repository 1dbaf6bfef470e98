// SPDX-License-Identifier: Apache-2.0
#if Tools
/// What the linter looks for.
///
/// The raw value is what reports and `--rules` call it.
public enum Rule: String, Codable, Sendable, CaseIterable {
    /// A block given to a Dispatch queue, group, source or work item.
    case dispatchBlock = "dispatch-block"
    /// A block given to a thread.
    case threadBlock = "thread-block"
    /// A block given to an operation or operation queue.
    case operationBlock = "operation-block"
    /// A block given to a timer or run loop.
    case timerBlock = "timer-block"
    /// An observer of notifications.
    case notificationObserver = "notification-observer"
    /// A completion handler of `URLSession`.
    case urlSessionHandler = "url-session-handler"
    /// A function given to an event loop of SwiftNIO.
    case eventLoopBlock = "event-loop-block"
    /// A callback of an `EventLoopFuture`.
    case futureCallback = "future-callback"
    /// A detached task.
    case detachedTask = "detached-task"
    /// A handler that a known library keeps and calls later.
    case storedHandler = "stored-handler"
    /// A promise that is completed inside a scope, so that other code's callbacks run in it.
    case promiseInScope = "promise-in-scope"
    /// A context variable that isn't a global or static constant.
    case variableNotConstant = "variable-not-constant"
    /// A token that is kept or used beyond the scope of its `set`.
    case tokenBeyondScope = "token-beyond-scope"
    /// A `set` in a structured child task.
    case setInChildTask = "set-in-child-task"
    /// A `set` where no context is current.
    case setWithoutContext = "set-without-context"
    /// A `@TaskLocal` that could be a context variable.
    case taskLocal = "task-local"
    /// A task that never ends and keeps its creator's values.
    case endlessTask = "endless-task"
    /// A `// contextvars:ignore` comment without a reason, or one that nothing is found for.
    case ignoreComment = "ignore-comment"

    /// How much a finding of this rule matters.
    public var severity: Severity {
        switch self {
        case .setInChildTask, .setWithoutContext: .error
        case .taskLocal, .endlessTask: .note
        default: .warning
        }
    }

    /// What the rule finds, in a sentence.
    public var summary: String {
        switch self {
        case .dispatchBlock: "A block runs later on a thread of Dispatch, without the context."
        case .threadBlock: "A new thread runs without the context."
        case .operationBlock: "An operation runs its block without the context."
        case .timerBlock: "A timer or run loop runs its block without the context."
        case .notificationObserver: "An observer runs in the context of the poster, or without one."
        case .urlSessionHandler: "A completion handler of URLSession runs without the context."
        case .eventLoopBlock: "An event loop runs a function without the context."
        case .futureCallback:
            "The callback of a future runs without the context, or in that of the code that completes the promise."
        case .detachedTask: "A detached task starts without a context."
        case .storedHandler: "A handler that is called later runs without the context."
        case .promiseInScope: "Completing a promise inside a scope runs other code's callbacks in this context."
        case .variableNotConstant: "A context variable is a key by identity, and must be a global or static constant."
        case .tokenBeyondScope: "A token works once, in the context and task of its `set`."
        case .setInChildTask: "A structured child task can't change its parent's context: `set` throws there."
        case .setWithoutContext: "No context is current here: `set` throws."
        case .taskLocal: "A task-local value is lost in callbacks and can't be set without a closure."
        case .endlessTask: "A task that never ends keeps its creator's values."
        case .ignoreComment: "An ignore comment needs a reason and something to ignore."
        }
    }
}
#endif
