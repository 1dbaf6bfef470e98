// SPDX-License-Identifier: Apache-2.0
import Logging

/// The one logger of this program.
///
/// It adds no request metadata itself: the provider below adds it to each line.
let log = Logger(label: "quickstart")

extension Logger.MetadataProvider {
    /// Adds the current request's variables to every line, including lines of libraries that know nothing of them.
    ///
    /// swift-log asks for the metadata only when the line's level is enabled.
    static let contextVariables = Logger.MetadataProvider {
        guard let requestID = Current.requestID.get() else { return [:] }
        return ["requestID": "\(requestID)", "tenant": "\(Current.tenant.get())"]
    }
}

extension LoggingSystem {
    static func bootstrap(withContextVariablesAt level: Logger.Level) {
        bootstrap(
            { label, provider in
                var handler = StreamLogHandler.standardError(label: label, metadataProvider: provider)
                handler.logLevel = level
                return handler
            },
            metadataProvider: .contextVariables
        )
    }
}
