// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness
import Logging

/// Log lines whose handler asks its provider for metadata.
enum LogLines {
    static let rows = [
        Row("a log line with three values", against: "a provider that reads three @TaskLocals", bar: 1) {
            let ours = Logger(asking: Variables.provider)
            let peer = Logger(asking: Locals.provider)
            return Sides(
                ours: { meter in try Variables.withAll { log(with: ours, meter) } },
                peer: { meter in Locals.withAll { log(with: peer, meter) } })
        },
        Row("a log line of a level that is off", against: "a logger without a provider", bar: nil) {
            let ours = Logger(asking: Variables.provider)
            let peer = Logger(asking: nil)
            return Sides(
                ours: { meter in try Variables.withAll { log(with: ours, at: .debug, meter) } },
                peer: { meter in log(with: peer, at: .debug, meter) })
        },
    ]

    private static func log(with logger: Logger, at level: Logger.Level = .info, _ meter: Meter) {
        meter.measure { iterations in
            for _ in 0..<iterations { logger.log(level: level, "a line") }
        }
    }
}
