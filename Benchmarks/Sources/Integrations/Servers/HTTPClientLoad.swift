// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import CMeasure
import Harness
import NIOCore

/// Requests of async-http-client, some at a time.
enum HTTPClientLoad {
    private static let callers = 8
    private static let requests = 400

    /// Measures how many requests a second are answered.
    nonisolated(nonsending) static func run(
        _ server: ServerProcess, _ meter: Meter, prepare: @escaping @Sendable (inout HTTPClientRequest) -> Void
    ) async throws {
        let url = "http://127.0.0.1:\(server.port)/"
        let start = measure_now()
        try await withThrowingTaskGroup { group in
            for _ in 0..<callers {
                group.addTask {
                    for _ in 0..<requests / callers {
                        var request = HTTPClientRequest(url: url)
                        prepare(&request)
                        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
                        keep(try await response.body.collect(upTo: 1024).readableBytes)
                    }
                }
            }
            try await group.waitForAll()
        }
        meter.record(Double(requests) / (Double(measure_now() - start) / 1e9), operations: 1)
    }
}
