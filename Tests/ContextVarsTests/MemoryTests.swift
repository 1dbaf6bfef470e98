// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import Synchronization
import TestSupport
import Testing

/// What must die when its last user is gone.
@Suite struct MemoryTests {
    final class Object: Sendable {}

    let variable = ContextVar<Object?>("variable")

    @Test func `A context dies with its values`() throws {
        weak var context: Context?
        weak var object: Object?
        do {
            let strong = Context()
            try strong.run { try variable.set(track(&object)) }
            context = strong
            #expect(object != nil)
        }
        #expect(context == nil && object == nil)
    }

    /// Makes an object and remembers it weakly.
    private func track(_ reference: inout Object?) -> Object {
        let object = Object()
        reference = object
        return object
    }

    @Test func `Contexts that are values in one another end without a recursion`() throws {
        weak var object: Object?
        let inner = ContextVar<Context?>("inner")
        var outermost = Context()
        try outermost.run { try variable.set(track(&object)) }
        for _ in 0..<100_000 {
            let next = Context()
            try next.run { try inner.set(outermost) }
            outermost = next
        }
        #expect(object != nil)
        outermost = Context()
        #expect(object == nil)
    }

    @Test func `A value that is replaced or reset dies at once`() throws {
        weak var first: Object?
        weak var second: Object?
        try Context().run {
            try variable.set(track(&first))
            try variable.set(nil)
            #expect(first == nil)
            do {
                let token = try variable.set(track(&second))
                try variable.reset(token)
            }
            #expect(second == nil)
        }
    }

    @Test func `A value lives as long as a token restores it`() throws {
        weak var object: Object?
        try Context().run {
            try variable.set(track(&object))
            var token: Token<Object?>? = try variable.set(nil)
            #expect(object != nil && token != nil)
            token = nil
            #expect(object == nil)
        }
    }

    @Test func `A token that is kept in its own context keeps nothing alive`() throws {
        let tokenVariable = ContextVar<Token<Object?>?>("token")
        weak var context: Context?
        weak var object: Object?
        weak var token: Token<Object?>?
        do {
            let strong = Context()
            context = strong
            try strong.run {
                let made = try variable.set(track(&object))
                token = made
                try tokenVariable.set(made)
            }
            #expect(token != nil && object != nil)
        }
        #expect(context == nil && token == nil && object == nil)
    }

    @Test func `An object that keeps the token of its own set keeps nothing alive`() throws {
        final class Scope: @unchecked Sendable { var token: Token<Scope?>? }
        let scopes = ContextVar<Scope?>("scope")
        weak var scope: Scope?
        try Context().run {
            let strong = Scope()
            scope = strong
            strong.token = try scopes.set(strong)
        }
        #expect(scope == nil)
    }

    @Test func `A variable lives as long as a context has it, and no longer`() throws {
        weak var variable: ContextVar<Object?>?
        weak var object: Object?
        let context = Context()
        try context.run {
            do {
                let strong = ContextVar<Object?>("short-lived")
                variable = strong
                let token = try strong.set(track(&object))
                #expect(token.var === strong)
            }
            #expect(variable != nil && object != nil, "as in CPython, the context has its key")
            try variable?.set(nil)
            #expect(object == nil)
        }
        let keys = Array(context.keys)
        #expect(keys.map(\.name) == ["short-lived"])
    }

    @Test func `A new variable never inherits the value of one that is gone`() throws {
        try Context().run {
            for round in 1...1000 {
                let variable = ContextVar("short-lived", default: 0)
                #expect(variable.get() == 0)
                try variable.reset(variable.set(round))
                if round % 2 == 0 { try variable.set(round) }
            }
        }
    }

    @Test func `The copy that a task got dies with the task`() async throws {
        weak var object: Object?
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        let task = try Context().run {
            try variable.set(track(&object))
            return Task {
                for await _ in stream {}
                return variable.get() != nil
            }
        }
        #expect((object != nil) == Level.tasksCopy)
        end.finish()
        #expect(await task.value == Level.tasksCopy)
        await waitUntil { object == nil }
        #expect(object == nil)
    }

    @Test func `What a task set in its copy dies with the task`() async throws {
        final class Holder: @unchecked Sendable { weak var object: Object? }
        let holder = Holder()
        try await Context().run {
            await Task {
                let object = Object()
                holder.object = object
                _ = try? variable.set(object)
            }.value
            await waitUntil { holder.object == nil }
            #expect(holder.object == nil)
        }
    }

    @Test func `A pooled thread keeps nothing after its work`() async throws {
        weak var object: Object?
        let threads = 20
        do {
            let snapshot = try Context().run {
                try variable.set(track(&object))
                return ContextSnapshot.current
            }
            await withTaskGroup { group in
                for _ in 0..<threads {
                    group.addTask {
                        await withCheckedContinuation { continuation in
                            Thread.detachNewThread {
                                snapshot.run { continuation.resume(returning: variable.get() != nil) }
                            }
                        }
                    }
                }
                for await hadValue in group { #expect(hadValue) }
            }
        }
        await waitUntil { object == nil }
        #expect(object == nil)
    }

    @Test func `A snapshot and a wrapped function keep their values, and no longer`() throws {
        weak var object: Object?
        var function: (() -> Bool)? = try Context().run {
            try variable.set(track(&object))
            return ContextSnapshot.current.wrap { [variable] in variable.get() != nil }
        }
        #expect(object != nil && function?() == true)
        function = nil
        #expect(object == nil)
    }

    @Test func `A deinitialiser may use contexts, also the one that it dies in`() throws {
        final class Restoring: Sendable {
            let log: ContextVar<Int>
            init(log: ContextVar<Int>) { self.log = log }
            deinit {
                _ = try? log.set(log.get() + 1)
                _ = copyContext()
                log.withValue(-1) {}
            }
        }
        let (log, owner) = (ContextVar("log", default: 0), ContextVar<Restoring?>("owner"))
        try Context().run {
            for round in 1...10 {
                try owner.set(Restoring(log: log))
                try owner.set(nil)
                #expect(log.get() == round)
            }
        }
    }

    // The value of a `withValue` is kept beside the map that it is a change of. What that map has for the variable ends when
    // the copy which a task got is all that is left of it, and puts both together.
    @Test func `A deinitialiser may change contexts while a task's copy lets go of what its creator's scope hid`()
        async throws
    {
        final class Restoring: Sendable {
            let log: ContextVar<Int>
            init(log: ContextVar<Int>) { self.log = log }
            deinit {
                _ = try? log.set(log.get() + 1)
                _ = copyContext()
            }
        }
        let (log, owner) = (ContextVar("log", default: 0), ContextVar<Restoring?>("owner"))
        weak var restoring: Restoring?
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let task = try {
            let strong = Restoring(log: log)
            restoring = strong
            return try Context().run {
                try owner.set(strong)
                return owner.withValue(nil) {
                    Task {
                        for await _ in gate {}
                        _ = copyContext()
                    }
                }
            }
        }()
        open.finish()
        await task.value
        #expect(restoring == nil)
    }

    /// Found in release only: the optimiser may release a discarded value earlier than the line that discards it.
    @Test func `A deinitialiser may change contexts and start tasks while reset lets go of its object`() throws {
        final class Closing: Sendable {
            let log: ContextVar<Int>
            init(log: ContextVar<Int>) { self.log = log }
            deinit {
                _ = try? log.set(log.get() + 1)
                Task {}
            }
        }
        let (log, owner) = (ContextVar("log", default: 0), ContextVar<Closing?>("owner"))
        let state = ThreadState()
        try Context().run {
            for round in 1...10 {
                try owner.reset(owner.set(Closing(log: log)))
                #expect(log.get() == round)
                try owner.reset(owner.set(Closing(log: log), in: state), in: state)
                try log.set(round)
            }
        }
    }

    @Test func `A token can't be used again by the end of the value that its use discards`() throws {
        final class Retrying: @unchecked Sendable {
            var retry: () -> Void = {}
            deinit { retry() }
        }
        let owner = ContextVar<Retrying?>("owner")
        try Context().run {
            let refusals = Mutex<[ContextError]>([])
            let token = try {
                let object = Retrying()
                let token = try owner.set(object)
                object.retry = {
                    do throws(ContextError) {
                        try owner.reset(token)
                    } catch {
                        refusals.withLock { $0.append(error) }
                    }
                }
                return token
            }()
            try owner.reset(token)
            #expect(refusals.withLock { $0 } == [.tokenUsed])
        }
    }
}
