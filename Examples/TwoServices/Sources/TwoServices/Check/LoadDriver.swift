// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import ContextVarsAsyncHTTPClient
import ContextVarsTracing
import ExampleSupport
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOFoundationCompat

/// Keeps a number of requests under way over real sockets and checks each answer as it comes.
struct LoadDriver: Sendable {
    let requests: Int
    let concurrency: Int
    let gatewayPort: Int
    let backendPort: Int
    let forgotten: [Integration]

    func run() async throws -> Report {
        print(
            """
            Sending \(requests) requests, \(concurrency) at a time, to http://127.0.0.1:\(gatewayPort)/inspect and to \
            the backend at 127.0.0.1:\(backendPort)
            """)
        flushOutput()
        return try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            try await withGRPCClient(
                transport: .http2NIOPosix(
                    target: .ipv4(address: "127.0.0.1", port: backendPort), transportSecurity: .plaintext)
            ) { grpc in
                let clients = Clients(
                    http: http, backend: BackendClient(client: grpc), gatewayPort: gatewayPort,
                    baggage: BaggageInstrument(
                        forgotten.contains(.asyncHTTPClient) ? [] : [try BaggageEntry("language", Current.language)]))
                var report = await drive(clients)
                try Task.checkCancellation()
                report.finish(rejectedBy: [
                    .gateway: try await clients.rejectionsOfGateway(),
                    .backend: try await clients.backend.rejections(),
                ])
                return report
            }
        }
    }

    /// Starts a request for each one that ends, so the report and the progress bar have a single writer.
    private func drive(_ clients: Clients) async -> Report {
        var report = Report(planned: requests)
        var progress = RequestProgress(total: requests)
        var unsent = (1...requests).makeIterator()

        await withTaskGroup(of: Outcome.self) { group in
            func sendNext() {
                guard !Task.isCancelled, let number = unsent.next() else { return }
                group.addTask { await clients.outcome(of: PlannedRequest(number: number)) }
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
        return report
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
    case failed(PlannedRequest, reason: String)
}

/// The ways to the two services.
private struct Clients: Sendable {
    let http: HTTPClient
    let backend: BackendClient<HTTP2ClientTransport.Posix>
    let gatewayPort: Int
    let baggage: BaggageInstrument

    func outcome(of request: PlannedRequest) async -> Outcome {
        do {
            switch request.target {
            case .gateway:
                return try await askGateway(request)
            case .backend:
                let answer = try await backend.inspect(
                    streams: request.streams, metadata: request.metadata, timeout: .seconds(60))
                return .answered(Verdict(request: request, answer: answer, requestID: nil))
            }
        } catch {
            return .failed(request, reason: "\(error)")
        }
    }

    private func askGateway(_ request: PlannedRequest) async throws -> Outcome {
        var httpRequest = request.httpRequest(port: gatewayPort)
        if request.hostile == nil {
            Current.language.withValue(request.language) { httpRequest.injectContext(using: baggage) }
        }
        let response = try await http.execute(httpRequest, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .ok else {
            return .failed(request, reason: "the gateway answered \(response.status): \(String(buffer: body))")
        }
        let answer = try JSONDecoder().decode(Answer.self, from: body)
        return .answered(
            Verdict(request: request, answer: answer, requestID: response.headers.first(name: "x-request-id")))
    }

    func rejectionsOfGateway() async throws -> Int {
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(gatewayPort)/rejections")
        let body = try await http.execute(request, timeout: .seconds(60)).body.collect(upTo: 1 << 10)
        return try JSONDecoder().decode(Int.self, from: body)
    }
}
