// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Keeps what callbacks are called with.
package final class Recorder<Element: Sendable>: @unchecked Sendable {
    // Not a `Mutex`, whose lock the ThreadSanitizer doesn't see where threads wait for it. Invariant behind `@unchecked`: the
    // elements are used under the lock only.
    private let lock = NSLock()
    private var recorded: [Element] = []

    package init() {}

    package var elements: [Element] { lock.withLock { recorded } }

    package func record(_ element: Element) {
        lock.withLock { recorded.append(element) }
    }
}
