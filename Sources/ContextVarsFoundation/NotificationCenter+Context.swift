// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

extension NotificationCenter {
    /// Adds an observer whose block runs with a snapshot's values.
    ///
    /// With Foundation's own method, the block runs in the poster's context or, if it has a queue, without one. With this
    /// one it runs with the observer's values; each notification has a new context.
    ///
    /// - Returns: The observer, for `removeObserver(_:)`. The center keeps the snapshot until then.
    /// - Complexity: That of `addObserver(forName:object:queue:using:)`. Safe from any thread.
    public func addObserver(
        forName name: Notification.Name?, object: Any?, queue: OperationQueue?, context snapshot: ContextSnapshot,
        using block: @escaping @Sendable (Notification) -> Void
    ) -> any NSObjectProtocol {
        addObserver(forName: name, object: object, queue: queue) { notification in
            snapshot.run { block(notification) }
        }
    }
}
