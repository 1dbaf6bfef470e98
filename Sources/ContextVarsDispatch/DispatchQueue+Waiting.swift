// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch

// What blocks the caller: `sync` and `concurrentPerform`.

extension DispatchQueue {
    /// Runs work on this queue in a new context that starts with a snapshot's values, and waits for it.
    ///
    /// Dispatch usually runs such work on the caller's thread, which has the caller's context anyway. But the main queue has
    /// its own thread, and there a plain `sync` loses the context.
    ///
    /// ```swift
    /// let title = DispatchQueue.main.sync(context: .current) { makeTitle() }
    /// ```
    ///
    /// - Throws: Only what the work throws.
    /// - Complexity: O(1). Safe from any thread.
    @discardableResult
    public func sync<Result, Failure: Error>(
        flags: DispatchWorkItemFlags = [], context snapshot: ContextSnapshot, execute work: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try sync(flags: flags) { Swift.Result { () throws(Failure) in try snapshot.run(work) } }.get()
    }

    /// Runs work that throws nothing on this queue in a new context that starts with a snapshot's values, and waits for
    /// it.
    ///
    /// - Complexity: O(1). Safe from any thread.
    @discardableResult
    public func sync<Result>(
        flags: DispatchWorkItemFlags = [], context snapshot: ContextSnapshot, execute work: () -> Result
    ) -> Result {
        sync(flags: flags) { snapshot.run(work) }
    }

    /// Runs work on this queue in a context, and waits for it.
    ///
    /// The context is entered when it is the work's turn. So a serial queue can guard a context for many callers.
    ///
    /// - Throws: `ContextError.alreadyEntered` if the context is entered by then, even by the caller; what the work throws.
    /// - Complexity: O(1). Safe from any thread.
    @discardableResult
    public func sync<Result>(
        flags: DispatchWorkItemFlags = [], context: Context, execute work: () throws -> Result
    ) throws -> Result {
        try sync(flags: flags) { try context.run(work) }
    }

    /// Runs work once per iteration, on as many threads as is useful, and waits for all of it.
    ///
    /// Each iteration has a new context that starts with the snapshot's values. With Dispatch's own
    /// `concurrentPerform`, iterations on the caller's thread read and change the caller's context, and all others have
    /// none.
    ///
    /// - Parameters:
    ///   - iterations: How many iterations there are.
    ///   - snapshot: The values that each iteration starts with.
    ///   - work: The work, which is passed the number of the iteration.
    /// - Complexity: O(1) more for each iteration. Safe from any thread.
    public static func concurrentPerform(
        iterations: Int, context snapshot: ContextSnapshot, execute work: @Sendable (Int) -> Void
    ) {
        concurrentPerform(iterations: iterations) { iteration in snapshot.run { work(iteration) } }
    }
}
