// SPDX-License-Identifier: Apache-2.0
import CContextVarsDispatch
import ContextVars

/// A block that runs work in a snapshot's values, in one allocation: as many as for the work alone.
///
/// It must be called exactly once, as `DispatchQueue.async` does. Swift's own block for a closure that captures both would
/// take two, and that is most of what the context would cost.
@usableFromInline
func block(
    running work: @escaping @Sendable () -> Void, in snapshot: consuming ContextSnapshot
) -> @Sendable @convention(block) () -> Void {
    let content = Cargo(snapshot: snapshot, work: work)
    var cargo = contextvars_cargo()
    withUnsafeMutableBytes(of: &cargo) { bytes in
        bytes.assumingMemoryBound(to: Cargo.self).baseAddress?.initialize(to: content)
    }
    let block = contextvars_make_block(cargo) { cargo in
        let cargo = UnsafeMutableRawPointer(mutating: cargo).assumingMemoryBound(to: Cargo.self).move()
        cargo.snapshot.run(cargo.work)
    }
    defer { contextvars_release_block(block) }
    return unsafeBitCast(block, to: (@Sendable @convention(block) () -> Void).self)
}

/// Work, and the values that it runs in.
///
/// Invariant: it fits into a `contextvars_cargo`. `DispatchQueueTests` checks it.
package struct Cargo {
    let snapshot: ContextSnapshot
    let work: @Sendable () -> Void
}
