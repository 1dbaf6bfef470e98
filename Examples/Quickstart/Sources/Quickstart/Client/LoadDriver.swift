// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import ExampleSupport
import Foundation
import NIOCore
import NIOFoundationCompat

/// Keeps a number of requests under way over real sockets and checks each answer as it comes.
struct LoadDriver {
    let requests: Int
    let concurrency: Int
    /// Whether the server was told to have values follow work by themselves.
    let isAutomatic: Bool

    func run(against port: Int) async throws -> Report {
        print("Sending \(requests) requests, \(concurrency) at a time, to http://127.0.0.1:\(port)/hops")
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            await drive(client, port: port)
        }
    }

    /// Starts a request for each one that ends, so the report and the progress bar have a single writer.
    private func drive(_ client: HTTPClient, port: Int) async -> Report {
        var report = Report(planned: requests)
        var progress = RequestProgress(total: requests)
        var unsent = (1...requests).makeIterator()

        await withTaskGroup(of: Outcome.self) { group in
            func sendNext() {
                guard let number = unsent.next() else { return }
                group.addTask { await outcome(of: SentRequest(number: number), from: client, port: port) }
            }
            for _ in 0..<concurrency {
                sendNext()
            }
            for await outcome in group {
                report.add(outcome)
                progress.advance()
                sendNext()
            }
        }
        report.finish()
        return report
    }

    private func outcome(of request: SentRequest, from client: HTTPClient, port: Int) async -> Outcome {
        do {
            let response = try await client.execute(request.httpRequest(port: port), timeout: .seconds(30))
            guard response.status == .ok else {
                return .failed(request, reason: "the server answered \(response.status)")
            }
            let body = try await response.body.collect(upTo: 1 << 20)
            let hops = try JSONDecoder().decode([Hop].self, from: body)
            return .answered(
                Verdict(request: request, hops: hops + [Hop(headersOf: response)], isAutomatic: isAutomatic))
        } catch {
            return .failed(request, reason: "\(error)")
        }
    }

    private var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
        return configuration
    }
}

/// How one request ended.
enum Outcome: Sendable {
    case answered(Verdict)
    case failed(SentRequest, reason: String)
}

extension Hop {
    /// The last hop is the middleware's, on the way out: it speaks in headers.
    fileprivate init(headersOf response: HTTPClientResponse) {
        self.init(
            name: "response headers",
            requestID: response.headers.first(name: "x-request-id"),
            tenant: response.headers.first(name: "x-tenant") ?? "missing",
            step: response.headers.first(name: "x-step") ?? "missing",
            children: []
        )
    }
}
