// SPDX-License-Identifier: Apache-2.0
import ContextVarsLogging
import Logging
import Synchronization

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
        bootstrap(
            { label, provider in
                ReportingLogHandler(
                    lowestPrinted: level, base: .standardError(label: label, metadataProvider: provider))
            },
            metadataProvider: forgotten.contains(.logging) ? nil : provider)
    }
}

/// Learns what a log line says.
final class LogLine: Sendable, CustomStringConvertible {
    fileprivate let metadata = Mutex<Logger.Metadata>([:])

    /// Writes a line, and returns the variables that it has.
    static func written(_ message: String) -> Values {
        let line = LogLine()
        log.info("\(message)", metadata: ["place": .stringConvertible(line)])
        let metadata = line.metadata.withLock { $0 }
        return Values { metadata[$0]?.description }
    }

    var description: String { "seen" }
}

/// Writes lines as the handler below it does, and tells a `LogLine` in their metadata what they say.
private struct ReportingLogHandler: LogHandler {
    /// Lines below are made, so that they can be checked, but not printed.
    let lowestPrinted: Logger.Level
    var base: StreamLogHandler
    var logLevel = Logger.Level.info

    init(lowestPrinted: Logger.Level, base: StreamLogHandler) {
        self.lowestPrinted = lowestPrinted
        self.base = base
        self.base.logLevel = lowestPrinted
        logLevel = min(lowestPrinted, .info)
    }

    func log(event: LogEvent) {
        if case .stringConvertible(let value)? = event.metadata?["place"], let line = value as? LogLine {
            line.metadata.withLock { $0 = metadataProvider?.get() ?? [:] }
        }
        if event.level >= lowestPrinted { base.log(event: event) }
    }

    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }
}
