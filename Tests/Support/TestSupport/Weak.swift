// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Remembers an object weakly, for closures on other threads.
package final class Weak: Sendable {
    private let reference = Mutex<WeakReference?>(nil)

    private struct WeakReference: @unchecked Sendable {
        weak var object: AnyObject?
    }

    package init() {}

    /// Whether the object still exists.
    package var isAlive: Bool { reference.withLock { $0?.object != nil } }

    /// Remembers an object instead of the one before.
    package func track<Tracked: AnyObject & Sendable>(_ object: Tracked) -> Tracked {
        reference.withLock { $0 = WeakReference(object: object) }
        return object
    }
}
