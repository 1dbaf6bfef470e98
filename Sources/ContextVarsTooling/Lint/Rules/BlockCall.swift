// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// A call of a library that takes a block and runs it later, elsewhere, without the context of the caller.
struct BlockCall {
    let rule: Rule
    /// Where the block runs, to be read after "runs on".
    let place: String
    /// The module in which the call has a form with `context:`; `nil` where there is no such form.
    let module: String?

    private init(_ rule: Rule, _ place: String, _ module: String?) {
        self.rule = rule
        self.place = place
        self.module = module
    }

    /// What a call is, if it is one of these.
    static func find(_ call: CallSite, in file: LintedFile) -> BlockCall? {
        guard call.block != nil, !call.hasLabel("context") else { return nil }
        return dispatch(call, in: file) ?? foundation(call, in: file) ?? eventLoop(call, in: file)
    }

    /// Whether the block of such a call, though it loses the caller's context, may run where another one is current.
    ///
    /// The main thread has a root context, and observers without a queue run in the poster's.
    static func mayFindContext(_ call: CallSite) -> Bool {
        switch call.name {
        case "addObserver", "scheduledTimer", "Timer", "perform", "dataTask", "uploadTask", "downloadTask":
            // The poster, the run loop's thread or the session's queue decides.
            return true
        case "DispatchWorkItem", "BlockOperation", "addExecutionBlock", "setEventHandler", "setCancelHandler",
            "setRegistrationHandler":
            // The queue is chosen elsewhere.
            return true
        default:
            let queue = call.call.arguments.first { $0.label?.text == "queue" }?.expression ?? call.base
            return queue.flatMap(CallSite.lastName) == "main"
        }
    }

    private static func dispatch(_ call: CallSite, in file: LintedFile) -> BlockCall? {
        let looksLikeQueue = call.baseName?.lowercased().contains("queue") ?? false
        guard file.usesDispatch || looksLikeQueue || call.base?.trimmedDescription.hasPrefix("Dispatch") == true else {
            return call.name == "DispatchWorkItem" && call.base == nil ? workItem : nil
        }
        let module = "ContextVarsDispatch"
        let queue = "a thread of Dispatch"
        switch call.name {
        case "async"
        where call.base != nil && call.hasOnlyLabels(["group", "qos", "flags", "execute"]) && call.blockTakesNothing:
            return BlockCall(.dispatchBlock, queue, module)
        case "asyncAfter" where call.hasLabel("deadline") || call.hasLabel("wallDeadline"):
            return BlockCall(.dispatchBlock, queue, module)
        case "sync" where call.base?.trimmedDescription == "DispatchQueue.main":
            return BlockCall(.dispatchBlock, "the main thread", module)
        case "notify" where call.hasLabel("queue") && call.hasOnlyLabels(["qos", "flags", "queue", "execute"]):
            return BlockCall(.dispatchBlock, queue, module)
        case "DispatchWorkItem" where call.base == nil: return workItem
        case "setEventHandler", "setCancelHandler", "setRegistrationHandler":
            guard call.hasOnlyLabels(["qos", "flags", "handler"]) else { return nil }
            return BlockCall(.dispatchBlock, queue, module)
        case "concurrentPerform" where call.hasLabel("iterations"):
            return BlockCall(.dispatchBlock, "several threads of Dispatch", module)
        default: return nil
        }
    }

    private static let workItem = BlockCall(.dispatchBlock, "a thread of Dispatch", "ContextVarsDispatch")

    private static func foundation(_ call: CallSite, in file: LintedFile) -> BlockCall? {
        let module = "ContextVarsFoundation"
        switch call.name {
        case "addOperation", "addBarrierBlock", "addExecutionBlock":
            guard call.base != nil, call.hasOnlyLabels([""]) else { return nil }
            return BlockCall(.operationBlock, "the threads of an operation queue", module)
        case "BlockOperation" where call.base == nil:
            return BlockCall(.operationBlock, "the threads of an operation queue", module)
        case "Thread" where call.base == nil && call.hasOnlyLabels(["block"]):
            return BlockCall(.threadBlock, "a new thread", module)
        case "detachNewThread" where call.baseName == "Thread":
            return BlockCall(.threadBlock, "a new thread", module)
        case "scheduledTimer" where call.hasLabel("repeats") && call.baseName == "Timer":
            return BlockCall(.timerBlock, "a run loop", module)
        case "Timer" where call.hasLabel("repeats") && call.hasLabel("timeInterval"):
            return BlockCall(.timerBlock, "a run loop", module)
        case "perform" where call.base?.trimmedDescription.lowercased().contains("runloop") == true:
            return BlockCall(.timerBlock, "a run loop", module)
        case "addObserver" where call.hasLabel("forName") && call.hasLabel("queue"):
            return BlockCall(.notificationObserver, "the thread of the poster or a queue", module)
        case "dataTask", "uploadTask", "downloadTask":
            guard call.hasLabel("with") || call.hasLabel("withResumeData") else { return nil }
            return BlockCall(.urlSessionHandler, "the session's queue", nil)
        default: return nil
        }
    }

    private static func eventLoop(_ call: CallSite, in file: LintedFile) -> BlockCall? {
        guard file.usesNIO, let baseName = call.baseName?.lowercased() else { return nil }
        let (loop, module) = ("an event loop", "ContextVarsNIO")
        switch call.name {
        case "execute", "submit":
            // Inside an event loop of one's own, `self` is the loop.
            guard call.hasOnlyLabels([""]), call.blockTakesNothing, baseName.contains("loop") else { return nil }
            return BlockCall(.eventLoopBlock, loop, module)
        case "flatSubmit" where call.hasOnlyLabels([""]):
            return BlockCall(.eventLoopBlock, loop, module)
        case "scheduleTask" where call.hasLabel("in") || call.hasLabel("deadline"),
            "flatScheduleTask" where call.hasLabel("in") || call.hasLabel("deadline"):
            return BlockCall(.eventLoopBlock, loop, module)
        case "scheduleRepeatedTask" where call.hasLabel("delay"),
            "scheduleRepeatedAsyncTask" where call.hasLabel("delay"):
            return BlockCall(
                .eventLoopBlock, loop, module)
        default: return nil
        }
    }
}
#endif
