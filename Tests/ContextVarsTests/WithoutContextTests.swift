// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Dispatch
import Synchronization
import Testing

@testable import ContextVars

/// `withoutContext`: no context in the body, nor in anything that the body starts.
@Suite struct WithoutContextTests {
    enum Local {
        @TaskLocal static var id = "none"
        @TaskLocal static var notCarried = "none"
    }

    let variable = ContextVar("variable", default: 0)
    let other = ContextVar("other", default: 0)

    /// Whether the caller has no context: the variable is unset, nothing can be set, and a snapshot has nothing.
    private func hasNone() -> Bool {
        let isRefused: Bool
        do throws(ContextError) {
            try variable.set(99)
            isRefused = false
        } catch {
            isRefused = error == .noCurrentContext
        }
        return isRefused && variable.get() == 0 && copyContext().isEmpty && ContextSnapshot.current[variable] == nil
    }

    @Test func `Synchronous code in it has no context, and the context is there again afterwards`() throws {
        try Context().run {
            try variable.set(1)
            let token = try variable.set(2)
            withoutContext {
                #expect(hasNone())
                #expect(throws: ContextError.noCurrentContext) { try variable.reset(token) }
            }
            #expect(variable.get() == 2)
            try variable.reset(token)
            #expect(variable.get() == 1)
        }
    }

    @Test func `Asynchronous code in it has no context across suspensions and threads`() async throws {
        try await Context().run {
            try variable.set(1)
            await withoutContext {
                #expect(hasNone())
                for _ in 0..<100 {
                    await Task.yield()
                    #expect(hasNone())
                }
                await Elsewhere.shared.hop()
                #expect(hasNone())
            }
            #expect(variable.get() == 1)
            try variable.set(2)
            #expect(variable.get() == 2)
        }
    }

    private actor Elsewhere {
        static let shared = Elsewhere()
        func hop() {}
    }

    @Test func `Tasks of every kind that it starts have no context`() async {
        await variable.withValue(1) { () async in
            let plain = withoutContext { Task { hasNone() } }
            let immediate = withoutContext { Task.immediate { hasNone() } }
            let nested = withoutContext { Task { await Task { hasNone() }.value } }
            let explicit = withoutContext { Task(context: .current) { ContextSnapshot.current.description } }
            #expect(await plain.value)
            #expect(await immediate.value)
            #expect(await nested.value)
            #expect(await explicit.value == ContextSnapshot().description)
            await withoutContext { () async in
                async let child = hasNone()
                async let grandchild = { () async in
                    async let inner = self.hasNone()
                    return await inner
                }()
                #expect(await child)
                #expect(await grandchild)
                await withTaskGroup { group in
                    for _ in 0..<10 { group.addTask { hasNone() } }
                    for await isRight in group { #expect(isRight) }
                }
            }
            #expect(variable.get() == 1)
        }
    }

    @Test func `Children that are added in it, in a group's body, have no context, others do`() async {
        await variable.withValue(1) { () async in
            await withTaskGroup(of: Bool.self) { group in
                withoutContext {
                    group.addTask { hasNone() }
                    variable.withValue(2) {
                        group.addTask { variable.get() == Level.inPlainTask(2, orWithoutContext: 0) }
                    }
                    group.addTask { hasNone() }
                }
                group.addTask { variable.get() == Level.inChild(1, orWithoutContext: 0) }
                for await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func `A structured child may leave its parent's context`() async {
        await variable.withValue(1) { () async in
            async let child = { () async in
                let inside = withoutContext { hasNone() }
                let insideAsynchronous = await withoutContext { () async in
                    await Task.yield()
                    return hasNone()
                }
                return inside && insideAsynchronous && variable.get() == Level.inChild(1, orWithoutContext: 0)
            }()
            #expect(await child)
        }
    }

    @Test func `A context that is made in it has nothing of the one outside`() async throws {
        try await Context().run {
            try variable.set(1)
            try other.set(1)
            withoutContext {
                variable.withValue(2) {
                    #expect(variable.get() == 2 && other.get() == 0)
                    #expect(copyContext().count == 1)
                    withoutContext { #expect(hasNone()) }
                    #expect(variable.get() == 2)
                }
                #expect(hasNone())
            }
            let task = try await withoutContext {
                try await Context().run {
                    try other.set(3)
                    await Task.yield()
                    return Task { (variable.get(), other.get()) }
                }
            }
            #expect(await task.value == (0, Level.inPlainTask(3, orWithoutContext: 0)))
            #expect(variable.get() == 1 && other.get() == 1)
        }
    }

    @Test func `It nests, in scopes that ride on others and in those that don't`() async throws {
        try await Context().run {
            try variable.set(1)
            variable.withValue(2) {
                variable.withValue(3) {
                    withoutContext {
                        withoutContext { #expect(hasNone()) }
                        #expect(hasNone())
                    }
                    #expect(variable.get() == 3)
                    variable.withValue(4) { #expect(variable.get() == 4) }
                }
                #expect(variable.get() == 2)
            }
            await withoutContext { () async in
                await variable.withValue(5) { () async in
                    await withoutContext { () async in
                        await Task.yield()
                        #expect(hasNone())
                    }
                    #expect(variable.get() == 5)
                }
                #expect(hasNone())
            }
            #expect(variable.get() == 1)
        }
    }

    @Test func `The context is there again after an error`() async throws {
        struct Failure: Error {}
        try await Context().run {
            try variable.set(1)
            do throws(Failure) {
                try withoutContext { () throws(Failure) in throw Failure() }
            } catch {
                #expect(variable.get() == 1)
            }
            do throws(Failure) {
                try await withoutContext { () async throws(Failure) in
                    await Task.yield()
                    throw Failure()
                }
            } catch {
                #expect(variable.get() == 1)
            }
            try variable.set(2)
        }
    }

    @Test func `Where no context is current, it changes nothing`() async {
        let isRight = await Task.detached {
            withoutContext { hasNone() } && hasNone() && variable.withValue(1) { variable.get() } == 1
        }.value
        #expect(isRight)
    }

    @Test func `It returns the body's result, of any type, on the caller's actor`() async throws {
        #expect(withoutContext { "result" } == "result")
        #expect(try await OnActor().isolationInside())
        let many = await withoutContext { () async -> [Int] in
            await Task.yield()
            return Array(0..<1000)
        }
        #expect(many.count == 1000)
    }

    private actor OnActor {
        func isolationInside() async throws -> Bool {
            await withoutContext {
                await Task.yield()
                assertIsolated()
                return true
            }
        }
    }

    // MARK: Code that the runtime runs elsewhere

    @Test func `An isolated deinit in it sees no context`() async throws {
        let (seen, report) = AsyncStream.makeStream(of: Bool.self)
        try await Context().run {
            try variable.set(1)
            await withoutContext { () async in
                await Task { @Owner in
                    _ = Owned { report.yield(hasNone()) }
                }.value
                _ = Owned { report.yield(hasNone()) }
                #expect(hasNone())
            }
            #expect(variable.get() == 1)
        }
        #expect(await seen.prefix(2).reduce(into: []) { $0.append($1) } == [true, true])
    }

    @globalActor private actor Owner { static let shared = Owner() }

    @Owner private final class Owned {
        private let end: @Sendable () -> Void
        nonisolated init(_ end: @escaping @Sendable () -> Void) { self.end = end }
        isolated deinit { end() }
    }

    @Test func `A thread outside tasks has no context in it either`() async {
        let isRight = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let isRight = variable.withValue(1) {
                    let inside = withoutContext {
                        hasNone() && variable.withValue(2) { variable.get() == 2 } && hasNone()
                    }
                    return inside && variable.get() == 1
                }
                continuation.resume(returning: isRight && variable.get() == 0)
            }
        }
        #expect(isRight)
    }

    // MARK: Task locals

    @Test func `Carried task locals have their defaults in it, others stay`() async {
        ContextSnapshot.carry(Local.$id)
        await Local.$id.withValue("a7") {
            await Local.$notCarried.withValue("b8") {
                let inside = withoutContext { [Local.id, Local.notCarried] }
                let insideAsynchronous = await withoutContext { () async in
                    await Task.yield()
                    return [Local.id, Local.notCarried]
                }
                let inTask = await withoutContext { Task { Local.id } }.value
                #expect(inside == ["none", "b8"] && insideAsynchronous == inside && inTask == "none")
                #expect(Local.id == "a7")
            }
        }
    }

    // MARK: Watchers, and many at once

    @Test func `A watcher is told that no context is current, and then that one is again`() throws {
        let context = Context()
        let seen = Mutex<[Bool]>([])
        let isMine = ContextVar("is mine", default: false)
        try context.run {
            try isMine.set(true)
            let thread = contextvars_current_agent()
            let id = Context.addWatcher { event in
                guard contextvars_current_agent() == thread, case .switched(let current) = event else { return }
                seen.withLock { $0.append(current === context) }
            }
            defer { Context.clearWatcher(id) }
            withoutContext {}
        }
        #expect(seen.withLock { $0 } == [false, true])
    }

    @Test func `Many tasks enter and leave it at once, and none sees another's values`() async {
        await withTaskGroup(of: Int.self) { group in
            for number in 1...200 {
                group.addTask {
                    var wrong = 0
                    await variable.withValue(number) { () async in
                        for _ in 0..<20 {
                            await withoutContext { () async in
                                await Task.yield()
                                if !hasNone() { wrong += 1 }
                                let own = await variable.withValue(-number) { () async in
                                    await Task.yield()
                                    return await Task { variable.get() }.value
                                }
                                if own != Level.inPlainTask(-number, orWithoutContext: 0) { wrong += 1 }
                            }
                            if variable.get() != number { wrong += 1 }
                            let inTask = await Task { variable.get() }.value
                            if inTask != Level.inPlainTask(number, orWithoutContext: 0) { wrong += 1 }
                        }
                    }
                    return wrong
                }
            }
            for await wrong in group { #expect(wrong == 0) }
        }
    }
}
