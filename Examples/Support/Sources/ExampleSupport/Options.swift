// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import Logging

/// A level of swift-log as an option.
public struct LogLevel: ExpressibleByArgument, Sendable {
    /// Warnings, and what is more severe.
    public static let warning = LogLevel(level: .warning)

    /// The level.
    public let level: Logger.Level

    private init(level: Logger.Level) {
        self.level = level
    }

    /// The level of a name, as on the command line.
    public init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument) else { return nil }
        self.level = level
    }

    /// The name that `--help` shows.
    public var defaultValueDescription: String { level.rawValue }
}

/// Refuses what is out of range, with the option's name.
public func check(_ option: String, _ value: Int, within range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
        throw ValidationError("\(option) must be from \(range.lowerBound) to \(range.upperBound), not \(value).")
    }
}
