#if GRPC
import ContextVars
import ContextVarsTracing
import Tracing

/// What is current in one RPC on the server: entered for the handler, and again for the response's producer.
///
/// gRPC calls the producer after the handler has returned, never while it runs, so one context serves both.
struct RPCScope: Sendable {
    private let context: Context
    private let serviceContext: ServiceContext

    init(_ serviceContext: ServiceContext) {
        self.serviceContext = serviceContext
        self.context = ContextSnapshot().receiving(from: serviceContext).run { copyContext() }
    }

    nonisolated(nonsending) func run<Result>(
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        try await ServiceContext.withValue(serviceContext) { try await context.run(body) }
    }
}
#endif
