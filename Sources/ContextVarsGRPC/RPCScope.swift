// SPDX-License-Identifier: Apache-2.0
#if GRPC
import ContextVars
import ContextVarsTracing
import Tracing

/// What is current in one RPC on the server: entered for the handler, and again for the response's producer.
///
/// gRPC calls the producer after the handler has returned, never while it runs, so one context serves both.
struct RPCScope: Sendable {
    private let context: Context
    /// `nil` where nothing was received and no service context was current.
    private let serviceContext: ServiceContext?

    init(_ serviceContext: ServiceContext?) {
        self.serviceContext = serviceContext
        self.context = ContextSnapshot().receiving(from: serviceContext).makeContext()
    }

    nonisolated(nonsending) func run<Result>(
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        guard let serviceContext else { return try await context.run(body) }
        return try await ServiceContext.withValue(serviceContext) { try await context.run(body) }
    }
}
#endif
