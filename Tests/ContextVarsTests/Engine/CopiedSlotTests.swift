// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import CSlots
import ContextVars
import Foundation
import Synchronization
import Testing

/// What a snapshot of all task-local values would do, which is then the innermost context.
///
/// It copies the engine's value into memory of its own, and pushes it later, somewhere else.
@Suite struct CopiedSlotTests {
    let variable = ContextVar("variable", default: 0)
    let object = ContextVar<Object?>("object")

    final class Object: Sendable {}

    /// A copy of a context in which the variable has a value.
    private func copy(of value: Int) -> SlotCopy {
        variable.withValue(value) { SlotCopy(slot_copy_make()!) }
    }

    /// May go to other agents.
    private struct SlotCopy: @unchecked Sendable {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        func move() { slot_copy_move(pointer) }
        func push() { slot_copy_push(pointer) }
    }

    /// Reads and changes the context that has been pushed, in which the variable has a value.
    private func useInnermost(with value: Int) {
        let seen = Level.inPlainTask(value, orWithoutContext: 0)
        #expect(variable.get() == seen)
        #expect(copyContext()[variable] == (Level.tasksCopy ? value : nil))
        variable.withValue(-1) { #expect(variable.get() == -1) }
        #expect(variable.get() == seen)
        guard Level.tasksCopy else {
            #expect(throws: ContextError.noCurrentContext) { try variable.set(-2) }
            return
        }
        #expect(throws: Never.self) {
            let token = try variable.set(-2)
            #expect(variable.get() == -2)
            variable.withValue(-3) { #expect(variable.get() == -3) }
            #expect(variable.get() == -2)
            try variable.reset(token)
        }
        #expect(variable.get() == value)
    }

    @Test func `A copy that is pushed is the innermost context, until it is popped`() throws {
        try Context().run {
            try variable.set(1)
            let copy = copy(of: 2)
            #expect(variable.get() == 1)
            copy.push()
            useInnermost(with: 2)
            slot_copy_pop()
            #expect(variable.get() == 1)
            try variable.set(3)
            #expect(variable.get() == 3)
        }
    }

    @Test func `So it is within a synchronous scope, which has no slot of its own`() throws {
        try Context().run {
            try variable.set(1)
            try variable.withValue(2) {
                let copy = copy(of: 3)
                copy.push()
                useInnermost(with: 3)
                variable.withValue(4) {
                    #expect(variable.get() == 4)
                    let inner = self.copy(of: 5)
                    inner.push()
                    useInnermost(with: 5)
                    slot_copy_pop()
                    #expect(variable.get() == 4)
                }
                slot_copy_pop()
                #expect(variable.get() == 2)
                try variable.set(6)
                #expect(variable.get() == 6)
            }
            #expect(variable.get() == 1)
        }
    }

    @Test func `A scope that ends right after the pop leaves what was current before`() throws {
        try Context().run {
            try variable.set(1)
            variable.withValue(2) {
                let copy = copy(of: 3)
                copy.push()
                slot_copy_pop()
            }
            #expect(variable.get() == 1)
            try variable.set(4)
            variable.withValue(5) {
                let copy = copy(of: 6)
                copy.move()
                slot_copy_destroy(copy.pointer)
            }
            #expect(variable.get() == 4)
            try variable.set(7)
            #expect(variable.get() == 7)
        }
    }

    @Test func `So it is on a thread without tasks, with a context and without one`() async {
        await onOrderedThread {
            let copy = copy(of: 1)
            copy.push()
            useInnermost(with: 1)
            slot_copy_pop()
            #expect(variable.get() == 0)
            #expect(throws: ContextError.noCurrentContext) { try variable.set(1) }
            variable.withValue(2) {
                let copy = self.copy(of: 3)
                copy.push()
                useInnermost(with: 3)
                slot_copy_pop()
                #expect(variable.get() == 2)
            }
        }
    }

    private final class End: Sendable { let hasCome = Atomic<Bool>(false) }

    private func onOrderedThread(_ body: @escaping @Sendable () -> Void) async {
        let end = End()
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                body()
                end.hasCome.store(true, ordering: .releasing)
                continuation.resume()
            }
        }
        // The ThreadSanitizer doesn't see what a continuation orders.
        let hasCome = end.hasCome.load(ordering: .acquiring)
        #expect(hasCome)
    }

    @Test func `It may be copied by one agent and pushed by another, moved in memory meanwhile`() async throws {
        let copy = copy(of: 1)
        copy.move()
        await onOrderedThread { copy.move() }
        try await Context().run {
            try variable.set(2)
            copy.move()
            #expect(variable.get() == 2)
            try variable.set(3)
            await Task {
                copy.push()
                useInnermost(with: 1)
                slot_copy_pop()
                #expect(variable.get() == Level.inPlainTask(3, orWithoutContext: 0))
            }.value
            #expect(variable.get() == 3)
        }
    }

    @Test func `It stays the innermost one across suspensions and on other threads`() async throws {
        let hop = Hop()
        try await Context().run {
            try variable.set(1)
            let copy = copy(of: 2)
            await hop.visit()
            copy.push()
            for _ in 0..<20 {
                await hop.visit()
                useInnermost(with: 2)
                await Task.yield()
            }
            await variable.withValue(3) {
                await hop.visit()
                #expect(variable.get() == 3)
            }
            useInnermost(with: 2)
            slot_copy_pop()
            await hop.visit()
            #expect(variable.get() == 1)
            try variable.set(4)
            #expect(variable.get() == 4)
        }
    }

    private actor Hop {
        func visit() {}
    }

    @Test func `A structured child that pushes a copy owns it, and its own children borrow it`() async throws {
        try await Context().run {
            try variable.set(1)
            async let child: Void = {
                let copy = copy(of: 2)
                copy.push()
                useInnermost(with: 2)
                async let grandchild: Void = {
                    #expect(variable.get() == Level.inPlainTask(2, orWithoutContext: 0))
                    #expect(throws: Level.refusalInChildWithCopy) { try variable.set(3) }
                }()
                await grandchild
                slot_copy_pop()
                #expect(variable.get() == Level.inChild(1, orWithoutContext: 0))
                #expect(throws: Level.refusalInChild) { try variable.set(3) }
            }()
            await child
            #expect(variable.get() == 1)
        }
    }

    @Test func `Tasks that are created meanwhile copy it`() async throws {
        try await Context().run {
            try variable.set(1)
            let copy = copy(of: 2)
            copy.push()
            let first = Task { variable.get() }
            useInnermost(with: 2)
            let second = Task { variable.get() }
            let third = variable.withValue(3) { Task { variable.get() } }
            slot_copy_pop()
            let fourth = Task { variable.get() }
            let seen = [await first.value, await second.value, await third.value, await fourth.value]
            #expect(seen == Level.inPlainTask([2, 2, 3, 1], orWithoutContext: [0, 0, 0, 0]))
        }
    }

    @Test func `One copy can be pushed many times`() throws {
        let original = copy(of: 1)
        let (first, second) = (
            SlotCopy(slot_copy_duplicate(original.pointer)), SlotCopy(slot_copy_duplicate(original.pointer))
        )
        first.push()
        if Level.tasksCopy { try variable.set(2) }
        second.push()
        useInnermost(with: 1)
        slot_copy_pop()
        #expect(variable.get() == Level.inPlainTask(2, orWithoutContext: 0))
        slot_copy_pop()
        slot_copy_destroy(original.pointer)
    }

    @Test func `A copy keeps its values, and nothing after its end`() throws {
        weak var first: Object?
        weak var second: Object?
        func copy(remembering reference: inout Object?) -> SlotCopy {
            let strong = Object()
            reference = strong
            return object.withValue(strong) { SlotCopy(slot_copy_make()!) }
        }
        let kept = copy(remembering: &first)
        #expect((first != nil) == Level.tasksCopy)
        let assigned = copy(remembering: &second)
        slot_copy_assign(kept.pointer, assigned.pointer)
        #expect(first == nil)
        slot_copy_destroy(assigned.pointer)
        #expect((second != nil) == Level.tasksCopy)
        kept.push()
        #expect((object.get() === second) && (second != nil) == Level.tasksCopy)
        slot_copy_pop()
        #expect(second == nil)
    }

    @Test func `The object that is made of it for watchers ends with it`() {
        weak var strong: Object?
        do {
            let value = Object()
            strong = value
            let copy = object.withValue(value) { SlotCopy(slot_copy_make()!) }
            copy.push()
        }
        let id = Context.addWatcher { _ in }
        variable.withValue(2) {}
        Context.clearWatcher(id)
        #expect((object.get() === strong) && (strong != nil) == Level.tasksCopy)
        slot_copy_pop()
        #expect(strong == nil)
        #expect(object.get() == nil)
    }
}
