// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Logging

/// What carries a context from one place to the next: each can be left out on purpose, to see the check find it.
enum Integration: String, CaseIterable, ExpressibleByArgument {
    /// The language in the requests of the check.
    case asyncHTTPClient = "async-http-client"
    /// A context for each request of the gateway, with what its headers bring.
    case hummingbird
    /// The variables in the metadata of calls to the backend.
    case grpcClient = "grpc-client"
    /// A context for each RPC of the backend, with what its metadata brings.
    case grpcServer = "grpc-server"
    /// The variables in blocks on queues.
    case dispatch
    /// The variables in callbacks of event loops.
    case nio
    /// The variables in log lines.
    case logging
    /// The variables in spans.
    case tracing
}

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
