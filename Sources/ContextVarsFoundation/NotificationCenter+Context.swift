// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

extension NotificationCenter {
    /// Adds an observer whose block runs in a snapshot's values.
    ///
    /// With Foundation's own method, the block runs in the poster's context or, if it has a
    /// queue, without one. With this one it runs in the values of who observes; each notification has a new context.
    ///
    /// - Returns: What `removeObserver(_:)` takes. The center keeps the snapshot until then.
    /// - Complexity: As `addObserver(forName:object:queue:using:)`.
    public func addObserver(
        forName name: Notification.Name?, object: Any?, queue: OperationQueue?, context snapshot: ContextSnapshot,
        using block: @escaping @Sendable (Notification) -> Void
    ) -> any NSObjectProtocol {
        addObserver(forName: name, object: object, queue: queue) { notification in
            snapshot.run { block(notification) }
        }
    }
}
