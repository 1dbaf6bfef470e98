// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics
import CContextVarsFrames

/// What runs the caller, in words.
enum Runner {
    /// `queue "mail"`, `task "GET /orders"`, `thread "worker"`.
    static var current: String {
        if contextvars_running_task() != nil {
            return contextvars_task_name().map { "task \"\(String(cString: $0))\"" } ?? "a task"
        }
        if contextvars_is_main_thread() { return "the main thread" }
        // (A thread that isn't Dispatch's is said to be on a queue for as many threads as there are.)
        let label = contextvars_queue_label().map { String(cString: $0) }
        if let label, !label.isEmpty, !label.hasSuffix(".overcommit") {
            return "queue \"\(label)\""
        }
        let name = threadName
        return name.isEmpty ? "a thread" : "thread \"\(name)\""
    }

    /// The calling thread's name.
    static var threadName: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            contextvars_thread_name(buffer.baseAddress!)
            return String(cString: buffer.baseAddress!)
        }
    }
}
