// SPDX-License-Identifier: Apache-2.0
import Foundation
import Harness

/// A server in a separate process, which ends with this object.
///
/// So a load client shares nothing with the server but the machine.
final class ServerProcess: Sendable {
    /// Where the server listens, on loopback.
    let port: Int
    private let process: Process

    /// Starts this program as a server.
    init(_ kind: ServerKind) throws {
        let output = Pipe()
        process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["serve", kind.rawValue]
        process.standardInput = Pipe()
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            process.terminate()
            throw Unavailable("The server \(kind.rawValue) didn't say where it listens: \(line)")
        }
        self.port = port
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }
}

/// What a server process serves.
enum ServerKind: String, CaseIterable {
    case http
    case httpWithContext = "http-with-context"
    case httpWithTaskLocal = "http-with-task-local"
    case rpcWithContext = "rpc-with-context"
    case rpcWithPassingInterceptor = "rpc-with-passing-interceptor"
    case rpc
}
