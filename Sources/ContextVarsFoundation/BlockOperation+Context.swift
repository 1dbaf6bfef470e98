// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

extension BlockOperation {
    /// Creates an operation whose block runs in the given context.
    ///
    /// The block gets the values of this call, not those at the time when the operation is added to a queue or started. A
    /// `Context` is entered from this call until the block has run or, if it never runs, until the operation is freed.
    ///
    /// ```swift
    /// let fetch = BlockOperation(context: .current) { store(fetch(Request.url.get())) }
    /// fetch.addDependency(login)
    /// queue.addOperation(fetch)
    /// ```
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: O(1). Safe from any thread.
    public convenience init<Source: ContextSource>(
        context: Source, block: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        self.init { claimed.run(block) }
    }

    /// Adds a block that runs in the given context, alongside the operation's other blocks.
    ///
    /// The blocks of an operation run at the same time, so each needs its own context. The block gets the values of this
    /// call.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: O(1). Safe from any thread.
    public func addExecutionBlock<Source: ContextSource>(
        context: Source, _ block: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        addExecutionBlock { claimed.run(block) }
    }
}
