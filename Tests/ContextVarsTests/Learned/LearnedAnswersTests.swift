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

    #if os(Linux)
    @Test func `Where a thread keeps its values is known as soon as it has had a scope`() async {
        for _ in 0..<20 {
            let isKnown = await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    let isKnownBefore = contextvars_knows_thread_values()
                    ContextSnapshot().run {}
                    continuation.resume(returning: !isKnownBefore && contextvars_knows_thread_values())
                }
            }
            #expect(isKnown)
        }
    }

    // Seen in a static program with an allocator that counts down to its next sample on each thread.
    @Test func `A word that looks like an address and leads nowhere isn't followed`() {
        var value = 0
        withUnsafeMutablePointer(to: &value) { value in
            var first: UnsafeMutableRawPointer? = UnsafeMutableRawPointer(value)
            withUnsafeMutablePointer(to: &first) { first in
                let (nowhere, place) = (UnsafeMutableRawPointer(bitPattern: 0x7ffd0), UnsafeMutableRawPointer(first))
                func index(before: [UnsafeMutableRawPointer?], _ words: [UnsafeMutableRawPointer?]) -> Int {
                    contextvars_index_of_place(before, words, words.count, value)
                }
                #expect(index(before: [nil, nil, nil, nil], [nowhere, nil, place, .init(bitPattern: 4099)]) == 2)
                #expect(index(before: [nil, place], [nowhere, place]) < 0)
                #expect(index(before: [nil, nil], [place, place]) < 0)
            }
        }
    }
    #endif
}

#endif
