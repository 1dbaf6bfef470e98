// SPDX-License-Identifier: Apache-2.0
#if Logging
public import ContextVars
public import Logging

extension ContextVar where Value == Logger.Metadata {
    /// Adds entries to the metadata that the variable has in the current context.
    ///
    /// An entry replaces one of the same key.
    ///
    /// ```swift
    /// enum Log {
    ///     static let metadata = ContextVar<Logger.Metadata>("log.metadata", default: [:])
    /// }
    ///
    /// // On all messages of this request from now on.
    /// try Log.metadata.merge(["order": "\(order.id)"])
    /// ```
    ///
    /// ``LoggedVariable/init(entriesOf:)`` logs the entries.
    ///
    /// - Returns: A token that restores the previous metadata.
    /// - Throws: The same errors as `ContextVar.set(_:)`.
    /// - Complexity: O(*n*) for *n* entries in the resulting metadata.
    @discardableResult
    public func merge(_ entries: Logger.Metadata) throws(ContextError) -> Token<Value> {
        try set(get().merging(entries) { $1 })
    }
}
#endif
