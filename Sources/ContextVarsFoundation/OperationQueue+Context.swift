// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

extension OperationQueue {
    /// Adds an operation that runs in the given context.
    ///
    /// Foundation's own `addOperation` loses the context. This one runs the block in a copy of the given
    /// `ContextSnapshot`, or in the given `Context` itself, which is then entered from this call until the block has run
    /// or, if the operation is cancelled and never runs, until it is freed.
    ///
    /// ```swift
    /// // With the values of this line.
    /// queue.addOperation(context: .current) { log("archived") }
    /// ```
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is added.
    ///   A snapshot never throws.
    /// - Complexity: That of `addOperation(_:)`. Safe from any thread.
    public func addOperation<Source: ContextSource>(
        context: Source, _ block: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        addOperation { claimed.run(block) }
    }

    /// Adds a block that runs in the given context, after everything already in the queue and before everything added later.
    ///
    /// Works like ``addOperation(context:_:)``.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is added.
    ///   A snapshot never throws.
    /// - Complexity: That of `addBarrierBlock(_:)`. Safe from any thread.
    public func addBarrierBlock<Source: ContextSource>(
        context: Source, _ barrier: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        addBarrierBlock { claimed.run(barrier) }
    }
}
