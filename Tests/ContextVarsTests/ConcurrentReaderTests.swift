// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import Synchronization
import Testing

/// Threads that read a `Context` while its owner changes it.
@Suite struct ConcurrentReaderTests {
    /// In optimised code, the retain of the map has been moved behind the end of the lock: the map was freed before.
    @Test func `What other threads take of a context that its owner changes stays as it was`() throws {
        let variables = (0..<20).map { ContextVar("variable \($0)", default: Number?.none) }
        let context = Context()
        let isOver = Atomic<Bool>(false)
        let readers = (0..<2).map { _ in
            Reader {
                repeat {
                    let copy = context.copy()
                    let snapshot = ContextSnapshot(context)
                    let values = variables.map { copy[$0]??.value }
                    #expect(values == variables.map { copy[$0]??.value })
                    #expect(snapshot.run { copyContext() == copyContext() })
                    _ = copy == context
                } while !isOver.load(ordering: .relaxed)
            }
        }
        try context.run {
            for number in 0..<iterations { try variables[number % variables.count].set(Number(number)) }
        }
        isOver.store(true, ordering: .relaxed)
        for reader in readers { reader.join() }
    }

    @Test func `A child that copies its parent's context while that changes has one moment of it`() async throws {
        let variables = (0..<20).map { ContextVar("variable \($0)", default: Number?.none) }
        try await Context().run {
            let isOver = Atomic<Bool>(false)
            async let child = {
                repeat {
                    let copy = copyContext()
                    #expect(ContextSnapshot(copy).run { copyContext() } == copy)
                    await Task.yield()
                } while !isOver.load(ordering: .relaxed)
            }()
            for number in 0..<iterations { try variables[number % variables.count].set(Number(number)) }
            isOver.store(true, ordering: .relaxed)
            await child
        }
    }

    // Optimised, enough to have crashed most times; else as much as takes a second.
    #if DEBUG
    private let iterations = 20_000
    #else
    private let iterations = 3_000_000
    #endif

    private final class Number: Sendable {
        let value: Int
        init(_ value: Int) { self.value = value }
    }

    private final class Reader: Sendable {
        private let ended = DispatchSemaphore(value: 0)

        init(_ body: @escaping @Sendable () -> Void) {
            Thread.detachNewThread { [ended] in
                body()
                ended.signal()
            }
        }

        func join() { ended.wait() }
    }
}
