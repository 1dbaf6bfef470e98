// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

extension Thread {
    /// Creates a thread whose block runs in the given context, like `threading.Thread(context=...)` in CPython 3.14.
    ///
    /// The block gets the values of this call, not those at the time when the thread is started. A `Context` is entered from
    /// this call until the block has run or, if the thread is never started, until it is freed.
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

    /// Starts a thread whose block runs in the given context.
    ///
    /// ```swift
    /// Thread.detachNewThread(context: .current) { watch(directory) }
    /// ```
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then no thread is
    ///   started. A snapshot never throws.
    /// - Complexity: That of `detachNewThread(_:)`. Safe from any thread.
    public static func detachNewThread<Source: ContextSource>(
        context: Source, _ block: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        detachNewThread { claimed.run(block) }
    }
}
