// SPDX-License-Identifier: Apache-2.0
import ContextVars
import GRPCCore

/// An interceptor as any other: what comes after the `ContextServerInterceptor` is in the RPC's context.
struct InspectionInterceptor: ServerInterceptor {
    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next: @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let witness = Witness("backend")
        witness.look("interceptor")
        // Without a context this throws: then the handler lacks what was seen here, and the check finds that.
        _ = try? InterceptedRPC.witness.set(witness)
        return try await next(request, context)
    }
}

/// What the interceptor hands to the handler: gRPC has no parameter for this, and a variable needs none.
enum InterceptedRPC {
    static let witness = ContextVar<Witness?>("witness")
}
