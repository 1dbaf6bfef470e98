#if Logging
import ContextVars
public import Logging

extension Logger.MetadataProvider {
    /// Adds the values of context variables to each log message, as they are where the message is logged.
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
    /// Of two variables with one key, the later one in the list is logged. A message's own metadata comes before that
    /// of providers. `Logger.MetadataProvider.multiplex(_:)` combines this provider with others.
    ///
    /// - Complexity: Nothing for a message below the log level. For others, one `get` for each variable, and one
    ///   allocation for the dictionary, unless no variable is set.
    public static func contextVars(_ variables: [LoggedVariable]) -> Logger.MetadataProvider {
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
#endif
