// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Logging

/// A level of swift-log as an option.
struct LogLevel: ExpressibleByArgument {
    static let warning = LogLevel(level: .warning)

    let level: Logger.Level

    init(level: Logger.Level) {
        self.level = level
    }

    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument) else { return nil }
        self.level = level
    }

    var defaultValueDescription: String { level.rawValue }
}
