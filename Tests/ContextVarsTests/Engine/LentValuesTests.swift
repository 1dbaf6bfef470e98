// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Testing

@testable import ContextVars

/// A scope that keeps no reference to the values that it begins with.
@Suite struct LentValuesTests {
    let first = ContextVar("first", default: Marked("default"))
    let second = ContextVar("second", default: Marked("default"))

    /// A value that is on the heap, so that a sanitizer, or a wrong name, shows when it is read after its end.
    final class Marked: Sendable {
        let name: String
        init(_ name: String) { self.name = name }
    }

    @Test func `A scope in a context of its own owner lends its values, and in a context of pieces copies them`() throws
    {
        func lends() -> Bool { contextvars_find_outer().storage!.lendValues(replacing: second) != nil }
        #expect(
            try Context().run {
                try first.set(Marked("a")); return lends()
            })
        let pieces = ContextOfPieces(ContextSnapshot().with(first, Marked("a")))
        pieces.run { #expect(!lends()) }
        pieces.end()
        let claimed = ContextSnapshot().with(first, Marked("a")).enter()
        ContextOfPieces(of: claimed).run { #expect(!lends()) }
    }

    @Test func `A piece inside a scope inside a piece replaces values that the scope goes on reading`() throws {
        let pieces = ContextOfPieces(ContextSnapshot().with(first, Marked("outer")))
        pieces.run {
            second.withValue(Marked("scope")) {
                pieces.run {
                    for round in 0..<20 { #expect(throws: Never.self) { try first.set(Marked("piece \(round)")) } }
                }
                #expect(first.get().name == "outer" && second.get().name == "scope")
            }
            #expect(first.get().name == "piece 19" && second.get().name == "default")
        }
        pieces.end()
    }

    @Test func `What a scope sets is its own, and what it began with comes back`() throws {
        try Context().run {
            try first.set(Marked("a"))
            try second.set(Marked("b"))
            try second.withValue(Marked("c")) {
                let inner = ContextSnapshot.current
                try first.set(Marked("d"))
                second.withValue(Marked("e")) {
                    #expect(first.get().name == "d" && second.get().name == "e")
                }
                #expect(first.get().name == "d" && second.get().name == "c")
                #expect(inner[first]?.name == "a" && inner[second]?.name == "c")
            }
            #expect(first.get().name == "a" && second.get().name == "b")
        }
    }

    @Test func `A snapshot and a task outlive the values that their scope was lent`() async throws {
        let (snapshot, task) = try Context().run {
            try first.set(Marked("a"))
            return second.withValue(Marked("b")) {
                (ContextSnapshot.current, Task { (first.get().name, second.get().name) })
            }
        }
        #expect(snapshot[first]?.name == "a" && snapshot[second]?.name == "b")
        let names = await task.value
        #expect(RuntimeSupport.current != .full || names == ("a", "b"))
    }

    // For a watcher, the values before the scope are settled: the map that it could have been lent is another one then.
    @Test func `A scope that begins before a watcher's eyes is lent what stays`() async throws {
        // Whichever number is one at which a node grows.
        let others = (0..<20).map { ContextVar("\($0)", default: 0) }
        for number in 0...others.count {
            let (start, started) = AsyncStream.makeStream(of: Void.self)
            let task = try Context().run {
                try first.set(Marked("a"))
                for other in others.prefix(number) { try other.set(1) }
                return second.withValue(Marked("b")) {
                    Task {
                        for await _ in start {}
                        // The copy has its change beside a map that nobody else has any more.
                        return second.withValue(Marked("c")) { (first.get().name, second.get().name) }
                    }
                }
            }
            // Not before: watched scopes have no change beside their map.
            let watcher = Context.addWatcher { _ in }
            started.finish()
            let names = await task.value
            Context.clearWatcher(watcher)
            #expect(names == (RuntimeSupport.current == .full ? "a" : "default", "c"))
        }
    }

    @Test func `Children read what a scope was lent while it begins to set`() async throws {
        try await Context().run {
            try first.set(Marked("a"))
            let childrenRead = RuntimeSupport.current.allowsChildren
            try await second.withValue(Marked("b")) {
                async let child = (first.get().name, second.get().name)
                #expect(await child == (childrenRead ? ("a", "b") : ("default", "default")))
                try first.set(Marked("c"))
                async let later = (first.get().name, second.get().name)
                #expect(await later == (childrenRead ? ("c", "b") : ("default", "default")))
            }
            #expect(first.get().name == "a")
        }
    }
}
