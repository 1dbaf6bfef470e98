// SPDX-License-Identifier: Apache-2.0
#if Logging
import ContextVars
public import Logging

extension Logger.MetadataProvider {
    /// Adds the values that context variables have where a message is logged to that message.
    ///
    /// ```swift
    /// LoggingSystem.bootstrap(
    ///     StreamLogHandler.standardError,
    ///     metadataProvider: .contextVars([
    ///         LoggedVariable(Request.id, as: "request-id"),
    ///         LoggedVariable(Request.user, as: "user", privacy: .hashed),
    ///     ]))
    ///
    /// try Request.id.set("a7")
    /// logger.info("accepted")      // info main: request-id=a7 [Main] accepted
    /// ```
    ///
    /// Of two variables with the same key, the later one in the list is logged. A message's own metadata overrides that of
    /// providers. `Logger.MetadataProvider.multiplex(_:)` combines this provider with others.
    ///
    /// - Complexity: Nothing for a message below the log level. For others, one `get` for each variable, and one
    ///   allocation for the dictionary, unless no variable is set.
    public static func contextVars(_ variables: [LoggedVariable]) -> Logger.MetadataProvider {
        provider(ofEntries: variables) ?? provider(of: variables)
    }

    /// The provider for variables that have one entry each, all under different keys.
    ///
    /// All keys are known before, so each message gets a copy of one dictionary, in which values are put where their keys
    /// are: nothing is hashed. Keys of variables that have nothing to log are taken out again.
    private static func provider(ofEntries variables: [LoggedVariable]) -> Logger.MetadataProvider? {
        let entries = variables.compactMap(\.entry)
        let template = Logger.Metadata(entries.map { ($0.key, "") }) { first, _ in first }
        guard template.count == variables.count, template.count <= UInt64.bitWidth else { return nil }
        let places = entries.map { (index: template.index(forKey: $0.key)!, value: $0.value) }
        return Logger.MetadataProvider {
            var metadata = Logger.Metadata()
            var logged: UInt64 = 0
            for position in places.indices {
                guard let value = places[position].value() else { continue }
                if logged == 0 { metadata = template }
                metadata.values[places[position].index] = value
                logged |= 1 << UInt64(position)
            }
            guard logged != 0, logged.nonzeroBitCount < places.count else { return metadata }
            for position in places.indices where logged & 1 << UInt64(position) == 0 {
                metadata[entries[position].key] = nil
            }
            return metadata
        }
    }

    private static func provider(of variables: [LoggedVariable]) -> Logger.MetadataProvider {
        Logger.MetadataProvider {
            var metadata = Logger.Metadata()
            for variable in variables {
                switch variable.content {
                case .entry(let key, let value):
                    guard let value = value() else { continue }
                    if metadata.isEmpty { metadata.reserveCapacity(variables.count) }
                    metadata[key] = value
                case .entries(let variable):
                    let entries = variable.get()
                    if metadata.isEmpty {
                        metadata = entries
                    } else {
                        metadata.merge(entries) { $1 }
                    }
                }
            }
            return metadata
        }
    }
}

extension LoggedVariable {
    fileprivate var entry: (key: String, value: @Sendable () -> Logger.MetadataValue?)? {
        guard case .entry(let key, let value) = content else { return nil }
        return (key, value)
    }
}
#endif
