// SPDX-License-Identifier: Apache-2.0
import CContextVarsAutomatic
import ContextVars
// Makes a program link libdispatch, whose functions the C functions call.
import Dispatch

/// Contexts that follow Dispatch blocks and threads without an edit to your code.
///
/// ```swift
/// import ContextVarsAutomatic
///
/// try AutomaticPropagation.enable()   // once, at the start of `main`
///
/// try context.run {
///     try Request.id.set("a7")
///     // Reads "a7"; so does a block that a library hands over here.
///     DispatchQueue.global().async { log("archived") }
/// }
/// ```
///
/// Linking this module puts its own functions before those of libdispatch that take a block, before `pthread_create`,
/// and before some that `URLSession` calls. Until ``enable(_:)``, they pass their arguments on unchanged. From then on,
/// work that is handed over where a context is current runs in a copy of that context, as it was at the handover, with
/// the task-local values that snapshots carry. An explicit `context:` takes precedence.
///
/// The program should decide on this, not a library, and it needs Linux. The guide ``ContextVarsAutomatic`` says which work
/// is followed, and which isn't.
public enum AutomaticPropagation {
    /// The kinds of work that contexts follow.
    public struct Work: OptionSet, Hashable, Sendable {
        /// The bits, one for each kind of work.
        public let rawValue: UInt32

        /// Creates a set of the kinds whose bits are set.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Blocks that are handed to Dispatch: asynchronous ones, work items, group notifications, handlers of sources
        /// and channels.
        public static let dispatch = Work(rawValue: UInt32(CONTEXTVARS_AUTOMATIC_DISPATCH))

        /// Threads that the program and its libraries start, for as long as each lives.
        ///
        /// This excludes the pools of Dispatch, the Swift runtime and SwiftNIO: their threads serve many requests, and would
        /// keep the values of the first one.
        public static let threads = Work(rawValue: UInt32(CONTEXTVARS_AUTOMATIC_THREADS))

        /// All kinds of work.
        public static let all: Work = [.dispatch, .threads]
    }

    /// Makes contexts follow work from now on, in addition to what they already follow.
    ///
    /// Work that was handed over before isn't affected. Repeated calls do nothing.
    ///
    /// - Throws: ``AutomaticPropagationError/unsupportedPlatform`` on systems other than Linux;
    ///   ``AutomaticPropagationError/notLinked`` where callers don't reach this module's functions, as in a static program
    ///   that was linked without the linker's options; ``AutomaticPropagationError/noSymbolTable`` for
    ///   ``AutomaticPropagation/Work/threads`` in an executable that was stripped. After an error nothing has changed.
    /// - Complexity: O(*n*) for *n* symbols of the executable. Safe from any thread.
    public static func enable(_ work: Work = .all) throws(AutomaticPropagationError) {
        guard contextvars_automatic_is_supported() else { throw .unsupportedPlatform }
        let missing = boundaries.filter { work.contains($0.work) && !$0.isInterposed }.map(\.name)
        guard missing.isEmpty else { throw AutomaticPropagationError(.notLinked, missing: missing) }
        if work.contains(.threads), !contextvars_automatic_knows_pools() { throw .noSymbolTable }
        // The first scope of a process examines the runtime. It is opened here, not in the first handover.
        ContextSnapshot().run {}
        contextvars_automatic_enable(work.rawValue, Engine.functions)
    }

    /// Stops contexts from following work.
    ///
    /// Work that was handed over before still runs in its context.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static func disable() {
        contextvars_automatic_disable()
    }

    /// The kinds of work that contexts follow now.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static var enabled: Work { Work(rawValue: contextvars_automatic_enabled_kinds()) }

    /// The functions that hand work over in this program, and whether this module's versions come first; empty on systems
    /// without interposition.
    ///
    /// - Complexity: O(*n*) for *n* functions, with one lookup by the dynamic linker for each. Safe from any thread.
    public static var boundaries: [AutomaticBoundary] {
        (0..<contextvars_automatic_boundary_count()).lazy.map(contextvars_automatic_boundary_at)
            .filter(\.is_present).map(AutomaticBoundary.init)
    }
}
