// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// The server process of a row: says where it listens, and serves until its standard input ends.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves for the process that started this one.", shouldDisplay: false)

    @Argument var kind: ServerKind

    func run() async throws {
        // Not to outlive the process that measures, however that ends.
        Thread.detachNewThread {
            while !FileHandle.standardInput.availableData.isEmpty {}
            Foundation.exit(0)
        }
        switch kind {
        case .http: try await HTTPServer.serve()
        case .httpWithContext: try await HTTPServer.serveWithContext()
        case .httpWithTaskLocal: try await HTTPServer.serveWithTaskLocal()
        case .rpc: try await RPCServer.serve()
        case .rpcWithContext: try await RPCServer.serveWithContext()
        case .rpcWithPassingInterceptor: try await RPCServer.serveWithPassingInterceptor()
        }
    }

    /// Tells the process that started this one.
    static func announce(port: Int) {
        FileHandle.standardOutput.write(Data("\(port)\n".utf8))
    }
}

extension ServerKind: ExpressibleByArgument {}
