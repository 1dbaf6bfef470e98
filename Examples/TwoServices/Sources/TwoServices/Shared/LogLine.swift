// SPDX-License-Identifier: Apache-2.0
import ContextVarsLogging
import ExampleSupport
import Logging

/// The one logger of this program.
///
/// It adds no request metadata itself: the provider adds it to each line.
let log = Logger(label: "two-services")

extension LoggingSystem {
    /// Lines go to standard error, with the request's variables.
    static func bootstrap(_ level: Logger.Level, forgetting forgotten: [Integration]) {
        let provider = Logger.MetadataProvider.contextVars([
            LoggedVariable(Current.requestID),
            LoggedVariable(Current.tenant, logsDefault: true),
            LoggedVariable(Current.deadline),
            LoggedVariable(Current.language, logsDefault: true),
            LoggedVariable(Current.user),
        ])
        bootstrap(printingFrom: level, metadataProvider: forgotten.contains(.logging) ? nil : provider)
    }
}

extension Values {
    /// Writes a log line, and returns the variables that it has.
    static func ofLogLine(_ message: String) -> Values {
        let metadata = LogLine.metadata(of: message, writtenBy: log)
        return Values { metadata[$0]?.description }
    }
}
