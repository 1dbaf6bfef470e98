// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import HTTPTypes
import Hummingbird
import Tracing

/// Sets the variables of a request, once: everything below reads them, here and in the backend.
struct EdgeMiddleware: RouterMiddleware {
    typealias Context = GatewayRequest

    func handle(
        _ request: Request, context: GatewayRequest, next: (Request, GatewayRequest) async throws -> Response
    ) async throws -> Response {
        try setVariables(from: request.headers)
        return try await withSpan("GET \(request.uri.path)", ofKind: .server) { _ in
            context.witness.look("middleware")
            return try await next(request, context)
        }
    }

    private func setVariables(from headers: HTTPFields) throws {
        do {
            if let tenant = headers[.tenant] { try Current.tenant.set(tenant) }
            if let deadline = headers[.deadline].flatMap(Deadline.init) { try Current.deadline.set(deadline) }
            if let user = headers[.user] { try Current.user.set(user) }
        } catch ContextError.noCurrentContext {
            // With `--forget hummingbird` there is no context to set in. The check finds what is missing.
        } catch {
            throw error
        }
    }
}

/// What Hummingbird passes along with each request.
struct GatewayRequest: RequestContext {
    var coreContext: CoreRequestContextStorage
    let witness = Witness("gateway")

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}

extension HTTPField.Name {
    static let requestID = Self("x-request-id")!
    static let tenant = Self("x-tenant")!
    static let deadline = Self("x-deadline")!
    static let user = Self("x-user")!
}
