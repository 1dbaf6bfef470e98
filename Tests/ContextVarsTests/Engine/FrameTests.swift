// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import CSlots
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ContextVars

/// How frames come and go: `frame.c`.
@Suite struct FrameTests {
    let variable = ContextVar("variable", default: 0)

    @Test func `Of the frames of an agent, the innermost one alone is its own`() async {
        let owners = await onNewThread {
            let agent = contextvars_current_agent()
            return variable.withValue(1) {
                let outer = contextvars_look_and_reach().frame!
                let own = contextvars_frame_owner(outer) == agent
                return variable.withValue(2) {
                    let inner = contextvars_look_and_reach().frame!
                    return [
                        own, inner != outer, contextvars_frame_owner(inner) == agent,
                        contextvars_frame_owner(outer) == agent | UInt(CONTEXTVARS_COVERED),
                    ]
                }
            }
        }
        #expect(owners == [true, true, true, true])
    }

    @Test func `A frame that has ended names nobody, and whoever remembers it finds its own`() async {
        await onNewThread {
            let remembered = variable.withValue(1) { contextvars_look_and_reach().frame! }
            #expect(contextvars_frame_owner(remembered) == 0)
            // What another agent on this thread leaves behind.
            remember_frame(remembered)
            #expect(variable.get() == 0)
            #expect(contextvars_look_and_reach().frame == nil)
            variable.withValue(2) {
                let own = contextvars_look_and_reach().frame
                remember_frame(nil)
                #expect(variable.get() == 2)
                #expect(contextvars_look_and_reach().frame == own)
            }
        }
    }

    @Test func `A frame is as large as a cache line, and lies in one`() {
        #expect(MemoryLayout<contextvars_frame>.size <= 64)
        variable.withValue(1) {
            let frame = contextvars_look_and_reach().frame!
            #expect(UInt(bitPattern: frame) % 64 == 0)
        }
    }

    @Test func `A child reaches its parent's storage, without a frame`() async throws {
        try await Context().run {
            try variable.set(1)
            let parents = UInt(bitPattern: contextvars_look_and_reach().storage)
            async let child = {
                let reached = contextvars_look_and_reach()
                return (UInt(bitPattern: reached.storage), reached.frame == nil)
            }()
            #expect(await child == (Level.inChild(parents, orWithoutContext: 0), true))
        }
    }

    @Test func `The object that is made for a frame keeps its values, its identity and its tokens`() throws {
        weak var made: Context?
        try variable.withValue(1) {
            let token = try variable.set(2)
            let frame = contextvars_look_and_reach().frame!
            let object = frame.object()
            made = object
            #expect(frame.object() === object)
            #expect(object.id == token.context)
            #expect(variable.get() == 2 && object[variable] == 2)
            try variable.reset(token)
            #expect(variable.get() == 1 && object[variable] == 1)
            try variable.set(3)
            #expect(object[variable] == 3)
            #expect(throws: ContextError.alreadyEntered) { try object.run {} }
        }
        #expect(made == nil)
    }

    @Test func `The object that is made for a task's copy ends with the task`() async throws {
        let made = WeakContext()
        try await Context().run {
            try variable.set(1)
            await Task(context: .current) {
                await Task {
                    let object = contextvars_look_and_reach().frame?.object()
                    #expect((object != nil) == Level.tasksCopy)
                    #expect(object?[variable] == (Level.tasksCopy ? 1 : nil))
                    made.context = object
                }.value
            }.value
        }
        await waitUntil { made.context == nil }
        #expect(made.context == nil)
    }

    private final class WeakContext: @unchecked Sendable {
        weak var context: Context?
    }

    // The promotion writes the flags of a storage that children publish at the same moment.
    @Test func `Children read while their parent's context becomes an object`() async {
        for round in 1...50 {
            await variable.withValue(round) {
                await withTaskGroup { group in
                    for _ in 0..<4 {
                        group.addTask {
                            for _ in 0..<20 {
                                let seen = variable.get()
                                #expect(seen == Level.inChild(round, orWithoutContext: 0) || seen == -round)
                            }
                        }
                    }
                    await Task.yield()
                    let object = contextvars_look_and_reach().frame!.object()
                    #expect(object[variable] == round)
                    #expect(throws: Never.self) { try variable.set(-round) }
                    await group.waitForAll()
                }
                #expect(variable.get() == -round)
            }
        }
    }
}
