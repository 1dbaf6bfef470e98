// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

extension RunLoop {
    /// Schedules a block that runs in the given context, in the next pass of the run loop.
    ///
    /// With Foundation's own `perform`, a block on the main thread runs in the thread's root context, in which each block
    /// reads what earlier ones have set; on other threads it runs without a context.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread.
    public func perform<Source: ContextSource>(
        context: Source, _ block: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        perform { claimed.run(block) }
    }

    /// Schedules a block that runs in the given context, in the next pass of the run loop in one of the given modes.
    ///
    /// Works like ``perform(context:_:)``.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread.
    public func perform<Source: ContextSource>(
        inModes modes: [RunLoop.Mode], context: Source, block: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        perform(inModes: modes) { claimed.run(block) }
    }
}
