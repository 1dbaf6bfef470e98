// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsTracing
import HTTPTypes
import Tracing

/// The values from a request's headers.
struct ReceivedContext: Sendable {
    /// `nil` where the current one is right as it is.
    private let serviceContext: ServiceContext?

    init(from headers: HTTPFields, using instrument: (any Instrument)?) {
        serviceContext = .receiving(headers, with: HeadersExtractor(), using: instrument)
    }

    /// The variables that came with the request, and no others.
    var values: ContextSnapshot {
        serviceContext.map { ContextSnapshot().receiving(from: $0) } ?? ContextSnapshot()
    }

    /// A snapshot with the variables that came with the request.
    func snapshot(on snapshot: ContextSnapshot) -> ContextSnapshot {
        serviceContext.map { snapshot.receiving(from: $0) } ?? snapshot
    }

    /// Runs code with the service context for the request.
    nonisolated(nonsending) func withServiceContext<Result>(
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        guard let serviceContext else { return try await body() }
        return try await ServiceContext.withValue(serviceContext) { try await body() }
    }
}

private struct HeadersExtractor: Extractor {
    private static let baggage = HTTPField.Name(BaggageInstrument.headerName)!

    /// All values of a header, separated by commas.
    func extract(key: String, from headers: HTTPFields) -> String? {
        guard key == BaggageInstrument.headerName else { return HTTPField.Name(key).flatMap { headers[$0] } }
        return headers.contains(Self.baggage) ? headers[Self.baggage] : nil
    }
}
#endif
