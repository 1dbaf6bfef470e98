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
    /// ``LoggedVariable/init(entriesOf:)`` has the entries logged.
    ///
    /// - Returns: What restores the metadata as it was.
    /// - Throws: As `ContextVar.set(_:)`.
    /// - Complexity: O(*n*) for *n* entries that the variable has then.
    @discardableResult
    public func merge(_ entries: Logger.Metadata) throws(ContextError) -> Token<Value> {
        try set(get().merging(entries) { $1 })
    }
}
#endif
