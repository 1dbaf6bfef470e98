// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Foundation
import Testing

@testable import ContextVars

#if !CONTEXTVARS_PLAIN

@Suite struct LearnedAnswersTests {
    @Test func `The running task that is read is the one that the runtime reports`() async {
        @Sendable func agrees() -> Bool { contextvars_running_task() == contextvars_find_running_task() }
        await withTaskGroup { group in
            for _ in 0..<200 {
                group.addTask {
                    #expect(agrees())
                    await Task.yield()
                    #expect(agrees())
                    let task = Task { agrees() }
                    #expect(await task.value)
                    #expect(agrees())
                }
            }
        }
        for _ in 0..<20 {
            let agreesOnThread = await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    let agreed = agrees() && contextvars_running_task() == nil
                    let task = Task { agrees() }
                    Task.detached {
                        let agreedInTask = await task.value
                        continuation.resume(returning: agreed && agreedInTask)
                    }
                }
            }
            #expect(agreesOnThread)
        }
    }

    @Test func `Where a task keeps its values and its groups is known as soon as the runtime has been checked`() {
        #expect(RuntimeSupport.current == RuntimeSupport.forced ?? .full)
        // (Where a level is forced, nothing is checked.)
        #expect(contextvars_knows_task_layout() == (RuntimeSupport.forced == nil))
    }
}

#endif
