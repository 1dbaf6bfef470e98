// SPDX-License-Identifier: Apache-2.0
import ContextVarsLogging
import Counting
import Logging

/// Log lines whose handler asks its provider for metadata, and writes nothing.
enum LogOperations {
    static let all = [
        Operation("log line with three values") { meter in
            let logger = Logger(label: "count") { _ in
                AskingHandler(
                    metadataProvider: .contextVars([
                        LoggedVariable(Variables.id), LoggedVariable(Variables.tenant), LoggedVariable(Variables.user),
                    ]))
            }
            try Variables.withAll {
                try meter.count { iterations in
                    for _ in 0..<iterations { logger.info("a line") }
                }
            }
        }
    ]
}

private struct AskingHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        keep(metadataProvider?.get().count ?? 0)
    }
}
