// SPDX-License-Identifier: Apache-2.0
public import Logging
import Synchronization

/// Learns what a log line says.
public final class LogLine: Sendable, CustomStringConvertible {
    fileprivate let metadata = Mutex<Logger.Metadata>([:])

    /// Writes a line, and returns what the metadata provider has added to it.
    ///
    /// It needs the handler of ``LoggingSystem/bootstrap(printingFrom:metadataProvider:)``.
    public static func metadata(of message: String, writtenBy log: Logger) -> Logger.Metadata {
        let line = LogLine()
        log.info("\(message)", metadata: ["place": .stringConvertible(line)])
        return line.metadata.withLock { $0 }
    }

    /// What the line shows of this object.
    public var description: String { "seen" }
}

extension LoggingSystem {
    /// Sends lines of a level and above it to standard error, with what the provider adds.
    ///
    /// Lines from `info` on are made in any case, so that they can be checked.
    public static func bootstrap(printingFrom level: Logger.Level, metadataProvider: Logger.MetadataProvider?) {
        bootstrap(
            { label, provider in
                ReportingLogHandler(
                    lowestPrinted: level, base: .standardError(label: label, metadataProvider: provider))
            },
            metadataProvider: metadataProvider)
    }
}

/// Writes lines as the handler below it does, and tells a `LogLine` in their metadata what they say.
private struct ReportingLogHandler: LogHandler {
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
