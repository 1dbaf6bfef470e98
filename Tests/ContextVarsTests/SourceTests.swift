// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import TestSupport
import Testing

/// Whether a variable was set in the current context, inherited by it, or has its default.
@Suite struct SourceTests {
    let first = ContextVar("first", default: 0)
    let second = ContextVar("second", default: "")
    let unset = ContextVar<Int?>("unset")

    /// What the three variables say.
    private var sources: [AnyContextVar.Source] { [first.source, second.source, unset.source] }

    private let nothing: [AnyContextVar.Source] = [.defaultValue, .defaultValue, .defaultValue]

    /// Runs code where the first variable was set, and the second was inherited.
    private func withBoth(_ body: () async throws -> Void) async throws {
        try await ContextSnapshot().with(second, "inherited").run { () async throws in
            try first.set(1)
            #expect(sources == [.setHere, .inherited, .defaultValue])
            try await body()
            #expect(sources == [.setHere, .inherited, .defaultValue])
        }
    }

    // MARK: In one context

    @Test func `Where no context is current, there are only defaults`() async {
        let sources = await Task.detached { self.sources }.value
        #expect(sources == nothing)
        await withoutContext { () async in #expect(self.sources == nothing) }
    }

    @Test func `A variable that was set says so until a reset takes it back`() throws {
        try Context().run {
            #expect(first.source == .defaultValue)
            let outer = try first.set(1)
            let inner = try first.set(2)
            #expect(first.source == .setHere)
            try first.reset(inner)
            #expect(first.source == .setHere)
            try first.reset(outer)
            #expect(first.source == .defaultValue)
        }
    }

    @Test func `A reset to what was inherited is inherited again`() throws {
        ContextSnapshot().with(first, 1).run {
            #expect(first.source == .inherited)
            #expect(throws: Never.self) {
                let token = try first.set(1)
                #expect(first.source == .setHere, "though it is the same value")
                try first.reset(token)
            }
            #expect(first.source == .inherited && first.get() == 1)
        }
    }

    @Test func `A token may be used long after, and out of order`() throws {
        try ContextSnapshot().with(first, 1).run { () throws in
            let outer = try first.set(2)
            let inner = try first.set(3)
            try first.reset(outer)
            #expect(first.source == .inherited && first.get() == 1)
            try first.reset(inner)
            #expect(first.source == .setHere && first.get() == 2)
        }
    }

    @Test func `A context that is entered again has set what it had set`() throws {
        let context = Context()
        try context.run { try first.set(1) }
        try context.run { #expect(sources == [.setHere, .defaultValue, .defaultValue]) }
        try context.copy().run { #expect(sources == [.inherited, .defaultValue, .defaultValue]) }
        let inCopy = try context.run { try copyContext().run { first.source } }
        #expect(inCopy == .inherited)
    }

    // MARK: In scopes

    @Test func `withValue sets its variable, and inherits the others`() async throws {
        try await withBoth {
            second.withValue("x") { #expect(sources == [.inherited, .setHere, .defaultValue]) }
            unset.withValue(nil) { #expect(unset.source == .setHere) }
            await second.withValue("x") { () async in
                await Task.yield()
                #expect(sources == [.inherited, .setHere, .defaultValue])
                first.withValue(2) { #expect(sources == [.setHere, .inherited, .defaultValue]) }
            }
        }
    }

    @Test func `What is set in a withValue comes beside its variable`() async throws {
        try await withBoth {
            try second.withValue("x") {
                let token = try first.set(2)
                #expect(sources == [.setHere, .setHere, .defaultValue])
                try first.reset(token)
                #expect(sources == [.inherited, .setHere, .defaultValue])
                let own = try second.set("y")
                try unset.set(3)
                #expect(sources == [.inherited, .setHere, .setHere])
                try second.reset(own)
                #expect(sources == [.inherited, .setHere, .setHere] && second.get() == "x")
            }
        }
    }

    @Test func `A snapshot that is taken changes nothing, and inherits in its run`() async throws {
        try await withBoth {
            try second.withValue("x") {
                let snapshot = ContextSnapshot.current
                #expect(sources == [.inherited, .setHere, .defaultValue])
                snapshot.run { #expect(sources == [.inherited, .inherited, .defaultValue]) }
                try unset.set(1)
                #expect(sources == [.inherited, .setHere, .setHere])
                #expect(snapshot.wrap { unset.source }() == .defaultValue)
            }
        }
    }

    @Test func `Watchers, which make objects of contexts, leave the answers as they are`() async throws {
        try await withBoth {
            try second.withValue("x") {
                try unset.set(1)
                let watcher = Context.addWatcher { _ in }
                defer { Context.clearWatcher(watcher) }
                first.withValue(2) { #expect(sources == [.setHere, .inherited, .inherited]) }
                #expect(sources == [.inherited, .setHere, .setHere])
                let token = try first.set(3)
                #expect(first.source == .setHere)
                try first.reset(token)
                #expect(sources == [.inherited, .setHere, .setHere])
            }
        }
    }

    // MARK: In tasks and threads

    @Test func `A task has inherited what it didn't set`() async throws {
        try await withBoth {
            let created = Task {
                let before = sources
                guard Level.tasksCopy else { return [before] }
                let token = try first.set(2)
                let between = sources
                try first.reset(token)
                return [before, between, sources]
            }
            let inherited: [AnyContextVar.Source] = [.inherited, .inherited, .defaultValue]
            let set: [AnyContextVar.Source] = [.setHere, .inherited, .defaultValue]
            let seen = try await created.value
            #expect(seen == (Level.tasksCopy ? [inherited, set, inherited] : [nothing]))
            let given = await Task(context: .current) { sources }.value
            #expect(given == inherited)
        }
    }

    @Test func `A task has inherited the variable of the withValue that it was created in`() async throws {
        try await withBoth {
            let task = second.withValue("x") {
                Task {
                    guard Level.tasksCopy else { return (sources, sources) }
                    let token = try second.set("y")
                    let between = sources
                    try second.reset(token)
                    try unset.set(1)
                    return (between, sources)
                }
            }
            let seen = try await task.value
            #expect(seen.0 == (Level.tasksCopy ? [.inherited, .setHere, .defaultValue] : nothing))
            #expect(seen.1 == (Level.tasksCopy ? [.inherited, .inherited, .setHere] : nothing))
        }
    }

    @Test func `A task has inherited a later variable of a withValue, too, until it is set`() async throws {
        // So many that the last one has no bit of its own.
        let variable = (0..<64).map { ContextVar("variable \($0)", default: 0) }[63]
        let task = variable.withValue(1) {
            Task {
                var sources = [variable.source]
                let token = try? variable.set(2)
                sources.append(variable.source)
                // What is beside the map is put into it.
                _ = ContextSnapshot.current
                sources.append(variable.source)
                if let token { try? variable.reset(token) }
                return sources + [variable.source]
            }
        }
        let expected: [AnyContextVar.Source] = [.inherited, .setHere, .setHere, .inherited]
        let nothing = [AnyContextVar.Source](repeating: .defaultValue, count: 4)
        #expect(await task.value == Level.inPlainTask(expected, orWithoutContext: nothing))
    }

    @Test func `A structured child has its parent's answer, at every moment`() async throws {
        try await withBoth {
            for round in 0..<400 {
                // Enough for the values to be published and taken back several times.
                async let child = sources
                #expect(await child == Level.inChild(sources, orWithoutContext: nothing))
                let token = try second.set("\(round)")
                async let later = sources
                #expect(await later == Level.inChild([.setHere, .setHere, .defaultValue], orWithoutContext: nothing))
                try second.reset(token)
            }
            await second.withValue("x") {
                async let child = sources
                #expect(
                    await child == Level.inChild([.inherited, .setHere, .defaultValue], orWithoutContext: nothing))
                async let own = first.withValue(2) { sources }
                let inOwn = Level.inChild([.setHere, .inherited, .defaultValue], orWithoutContext: nothing)
                #expect(await own == (Level.childrenBorrow ? inOwn : [.setHere, .defaultValue, .defaultValue]))
            }
        }
    }

    @Test func `A thread has inherited what it was handed`() async throws {
        try await withBoth {
            let snapshot = ContextSnapshot.current
            let seen = await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: snapshot.run { sources }) }
            }
            #expect(seen == [.inherited, .inherited, .defaultValue])
        }
    }

    @Test func `An explicit thread state has its own answers`() throws {
        let state = ThreadState()
        let token = first.set(1, in: state)
        #expect(first.source(in: state) == .setHere && second.source(in: state) == .defaultValue)
        let heir = ThreadState(inheriting: state)
        #expect(first.source(in: heir) == .inherited)
        let own = first.set(2, in: heir)
        #expect(first.source(in: heir) == .setHere)
        try first.reset(own, in: heir)
        try first.reset(token, in: state)
        #expect(first.source(in: heir) == .inherited && first.source(in: state) == .defaultValue)
    }

    // MARK: Any number of variables

    @Test(arguments: [0, 1, 100])
    func `The answer is exact for any number of variables`(inherited count: Int) async throws {
        let variables = (0..<200).map { ContextVar("\($0)", default: 0) }
        var generator = SplitMix64(state: testSeed)
        var snapshot = ContextSnapshot()
        for variable in variables.shuffled(using: &generator).prefix(count) { snapshot = snapshot.with(variable, 1) }
        let start = snapshot
        try await start.run { () async throws in
            var expected = variables.map { start[$0] == nil ? AnyContextVar.Source.defaultValue : .inherited }
            var tokens: [(token: Token<Int>, index: Int, before: AnyContextVar.Source)] = []
            for round in 0..<2_000 {
                if Bool.random(using: &generator), let used = tokens.indices.randomElement(using: &generator) {
                    let (token, index, before) = tokens.remove(at: used)
                    try variables[index].reset(token)
                    expected[index] = before
                } else {
                    let index = Int.random(in: variables.indices, using: &generator)
                    tokens.append((try variables[index].set(round), index, expected[index]))
                    expected[index] = .setHere
                }
                guard round.isMultiple(of: 50) else { continue }
                #expect(variables.map(\.source) == expected, "CONTEXTVARS_TEST_SEED=\(testSeed)")
                variables[7].withValue(1) {
                    let inherited = expected.map { $0 == .setHere ? AnyContextVar.Source.inherited : $0 }
                    for (index, variable) in variables.enumerated() where index != 7 {
                        #expect(variable.source == inherited[index], "CONTEXTVARS_TEST_SEED=\(testSeed)")
                    }
                    #expect(variables[7].source == .setHere)
                }
                // Publishes the values.
                async let child = variables.map(\.source)
                let seen = await child
                let none = variables.map { _ in AnyContextVar.Source.defaultValue }
                #expect(seen == Level.inChild(expected, orWithoutContext: none), "CONTEXTVARS_TEST_SEED=\(testSeed)")
            }
        }
    }
}
