// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ContextVars

/// Contexts that are used again when their pieces have ended.
@Suite struct ContextOfPiecesTests {
    let variable = ContextVar("variable", default: 0)
    let other = ContextVar("other", default: 0)

    // No piece runs here: watchers of tests that run at the same time would see its context.
    @Test func `A context that nobody else knows is used again`() throws {
        let channel = ContextOfPieces(ContextSnapshot().with(variable, 1))
        var spare: ContextOfPieces?
        var first = channel.copied(using: &spare)
        #expect(first.snapshot[variable] == 1)
        let isNew = first.endToBeUsedAgain()
        try #require(isNew)
        #expect(first.snapshot.values.isEmpty)
        spare = consume first

        let second = channel.copied(using: &spare)
        #expect(spare == nil)
        #expect(second.snapshot[variable] == 1)
        second.end()
        channel.end()
    }

    @Test func `A context that becomes new has neither values nor its identity`() throws {
        let context = Context()
        let token = try context.run {
            try other.set(3)
            return try variable.set(2)
        }
        let id = context.id
        context.becomeNew()
        #expect(context.isEmpty && context.id != id)
        try context.run {
            #expect(variable.source == .defaultValue && other.source == .defaultValue)
            #expect(throws: ContextError.tokenFromDifferentContext) { try variable.reset(token) }
        }
    }

    @Test func `A context that a watcher has seen isn't used again, even if nobody keeps it`() {
        var pieces = ContextOfPieces(ContextSnapshot().with(variable, 1))
        weak let seen = pieces.run { CurrentContext.object }
        let isNew = pieces.endToBeUsedAgain()
        #expect(!isNew)
        #expect(seen?[variable] == 1)
    }
}
