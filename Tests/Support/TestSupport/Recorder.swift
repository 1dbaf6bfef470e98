// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Keeps what callbacks are called with.
package final class Recorder<Element: Sendable>: Sendable {
    private let storage = Mutex<[Element]>([])

    package init() {}

    package var elements: [Element] { storage.withLock { $0 } }

    package func record(_ element: Element) {
        storage.withLock { $0.append(element) }
    }
}
