// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

@Suite struct ContextTests {
    let number = ContextVar("number", default: 0)
    let text = ContextVar<String?>("text")

    @Test func `A context keeps what its run set`() throws {
        let context = Context()
        let result = try context.run {
            try number.set(1)
            return "result"
        }
        #expect(result == "result")
        #expect(context[number] == 1)
        #expect(context[text] == nil)
        try context.run { #expect(number.get() == 1) }
    }

    @Test func `Runs nest, and each ends with what was current before`() async throws {
        let (outer, inner) = (Context(), Context())
        try outer.run {
            try number.set(1)
            try inner.run {
                #expect(number.get() == 0)
                try number.set(2)
            }
            #expect(number.get() == 1)
        }
        try await outer.run {
            try await inner.run {
                await Task.yield()
                #expect(number.get() == 2)
            }
            #expect(number.get() == 1)
        }
    }

    @Test func `A run that throws restores what was current and can be repeated`() async throws {
        let context = Context()
        try await Context().run {
            try number.set(1)
            #expect(throws: Failure.self) {
                try context.run {
                    try number.set(2)
                    throw Failure()
                }
            }
            #expect(number.get() == 1)
            await #expect(throws: Failure.self) {
                try await context.run {
                    await Task.yield()
                    throw Failure()
                }
            }
            #expect(number.get() == 1)
            try context.run { #expect(number.get() == 2) }
        }
    }

    struct Failure: Error {}

    @Test func `A run that is cancelled restores what was current`() async throws {
        let context = Context()
        let task = Task {
            try await Context().run {
                try number.set(1)
                do {
                    try await context.run { try await Task.sleep(for: .seconds(1000)) }
                } catch is CancellationError { return number.get() }
                return -1
            }
        }
        task.cancel()
        #expect(try await task.value == 1)
        #expect(try context.run { true })
    }

    @Test func `A context can't be entered twice at once`() async throws {
        let context = Context()
        try context.run {
            #expect(throws: ContextError.alreadyEntered) { try context.run {} }
            try Context().run {
                _ = #expect(throws: ContextError.alreadyEntered) { try context.run {} }
            }
        }
        try await context.run {
            await Task.detached {
                _ = await #expect(throws: ContextError.alreadyEntered) { try await context.run { await Task.yield() } }
            }.value
        }
    }

    @Test func `Of many tasks that enter one context at once, all run or throw, one at a time`() async throws {
        let context = Context()
        let outcomes = await withTaskGroup { group in
            for _ in 0..<1000 {
                group.addTask {
                    do {
                        try await context.run {
                            let seen = number.get()
                            await Task.yield()
                            try number.set(seen + 1)
                        }
                        return 1
                    } catch {
                        #expect(error as? ContextError == .alreadyEntered)
                        return 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(outcomes > 0)
        #expect(context[number] == outcomes)
    }

    @Test func `Copies are independent in both directions`() throws {
        let original = Context()
        try original.run { try number.set(1) }
        let copy = original.copy()
        try original.run { try number.set(2) }
        try copy.run {
            #expect(number.get() == 1)
            try text.set("copy")
        }
        #expect(original[number] == 2 && original[text] == nil)
        #expect(copy[number] == 1 && copy[text] == "copy")
    }

    @Test func `A context that is entered can be copied and read by others`() async throws {
        let context = Context()
        try await context.run {
            try number.set(1)
            let copy = await Task.detached { context.copy() }.value
            #expect(copy[number] == 1)
            try copy.run { #expect(number.get() == 1) }
        }
    }

    @Test func `copyContext copies the current context, and is empty where there is none`() async throws {
        try Context().run {
            try number.set(1)
            let copy = copyContext()
            try number.set(2)
            #expect(copy[number] == 1)
        }
        #expect(await Task.detached { copyContext().isEmpty }.value)
    }

    @Test func `Contents can be counted, listed and iterated over`() throws {
        let context = Context()
        #expect(context.isEmpty && context.count == 0 && !context.contains(number))
        try context.run {
            try number.set(1)
            try text.set("a")
        }
        #expect(!context.isEmpty && context.count == 2 && context.contains(number))
        #expect(Set(context.keys) == [number, text])
        let pairs = Dictionary(uniqueKeysWithValues: context.map { ($0.variable.name, $0.value) })
        #expect(pairs["number"] as? Int == 1)
        #expect(pairs["text"] as? String == "a")
    }

    @Test func `Iteration isn't disturbed by changes made meanwhile`() throws {
        let context = Context()
        try context.run {
            let variables = (0..<100).map { ContextVar("v\($0)", default: 0) }
            for variable in variables { try variable.set(1) }
            var seen = 0
            for (variable, _) in context {
                seen += 1
                for other in variables { try other.set(seen) }
                #expect(context.contains(variable))
            }
            #expect(seen == 100)
        }
    }

    @Test func `Contexts are equal if their contents are`() throws {
        let (first, second) = (Context(), Context())
        #expect(first == second)
        try first.run { try number.set(1) }
        #expect(first != second)
        try second.run { try text.set("a") }
        #expect(first != second)
        try first.run { try text.set("a") }
        try second.run { try number.set(1) }
        #expect(first == second)
        try second.run { try number.set(2) }
        #expect(first != second)
        #expect(first.copy() == first)
    }

    @Test func `Equality of values that can't be compared is their identity`() throws {
        struct Opaque: Sendable { var value = [1] }
        final class Object: Sendable {}
        let (opaque, object) = (ContextVar<Opaque?>("opaque"), ContextVar<Object?>("object"))
        let context = Context()
        try context.run {
            try opaque.set(Opaque())
            try object.set(Object())
        }
        let copy = context.copy()
        try copy.run {
            try number.set(1)
            try number.reset(number.set(2))
        }
        try context.run { try number.set(1) }
        #expect(copy == context)
        let sameObject = try #require(context[object])
        try copy.run { try object.set(sameObject) }
        #expect(copy == context)
        try copy.run { try object.set(Object()) }
        #expect(copy != context)
        try copy.run {
            try object.set(sameObject)
            try opaque.set(Opaque())
        }
        #expect(copy != context)
    }

    @Test func `A variable set to nil twice is equal, whatever it could hold`() throws {
        struct Opaque: Sendable { var value = [1] }
        let (opaque, anything) = (ContextVar<Opaque?>("opaque"), ContextVar<(any Sendable)?>("anything"))
        let (first, second) = (Context(), Context())
        for context in [first, second] {
            try context.run {
                try opaque.set(nil)
                try anything.set([1, 2])
            }
        }
        #expect(first == second)
        try first.run { try anything.set(nil) }
        #expect(first != second)
    }

    @Test func `A description names the variables, a debug description also their values`() throws {
        let context = Context()
        #expect(context.description.hasPrefix("<Context {} at 0x"))
        try context.run {
            try number.set(1)
            try text.set("a")
        }
        #expect(context.description.hasPrefix("<Context {number, text} at 0x"))
        #expect(context.debugDescription.hasPrefix("<Context {number: 1, text: Optional(\"a\")} at 0x"))
    }

    @Test func `Every context has an identity of its own`() {
        let contexts = (0..<100).map { _ in Context() }
        #expect(Set(contexts.map(\.id)).count == 100)
        #expect(contexts[0].id == contexts[0].id)
    }

    @Test func `Runs nest deeply`() throws {
        func descend(_ depth: Int) throws {
            guard depth > 0 else { return }
            try copyContext().run {
                try number.set(depth)
                try descend(depth - 1)
                #expect(number.get() == depth)
            }
        }
        try descend(1000)
    }
}
