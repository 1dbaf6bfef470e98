// SPDX-License-Identifier: Apache-2.0
#if AsyncHTTPClient
import AsyncHTTPClient
import ContextVars
import ContextVarsTracing
import NIOCore
import Synchronization
import Tracing

enum Current {
    static let tenant = ContextVar<String?>("tenant")
}

func baggageInstrument() throws -> BaggageInstrument {
    BaggageInstrument([try BaggageEntry("tenant", Current.tenant)])
}

/// A client with the given tracer, until the body has ended.
func withClient<Result>(
    tracer: (any Tracer)? = nil, _ body: (HTTPClient) async throws -> Result
) async throws -> Result {
    var configuration = HTTPClient.Configuration()
    configuration.tracing.tracer = tracer
    let client = HTTPClient(configuration: configuration)
    do {
        let result = try await body(client)
        try await client.shutdown()
        return result
    } catch {
        try await client.shutdown()
        throw error
    }
}

/// What a server got, as it echoed it.
struct Echo: Equatable {
    let headers: [String]
    let content: String

    init(_ text: String) {
        let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        self.headers = parts.first.map { $0.split(separator: "\n").map(String.init) } ?? []
        self.content = parts.count > 1 ? String(parts[1]) : ""
    }

    /// The values of all headers with a name.
    subscript(name: String) -> [String] {
        headers.filter { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }
}

extension HTTPClient {
    func echo(_ request: HTTPClientRequest) async throws -> Echo {
        let response = try await execute(request, timeout: .hours(1))
        return Echo(String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }

    func echo(_ request: HTTPClient.Request) async throws -> Echo {
        Echo(try await execute(request: request).get().body.map { String(buffer: $0) } ?? "")
    }
}
#endif
