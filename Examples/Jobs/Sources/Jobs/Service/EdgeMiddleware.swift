// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird

/// Sets the variables of a request, once: all below it reads them, and the job has them.
struct EdgeMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        if let tenant = request.headers[.tenant] { try Current.tenant.set(tenant) }
        if let user = request.headers[.user] { try Current.user.set(user) }
        return try await next(request, context)
    }
}

extension HTTPField.Name {
    fileprivate static let tenant = Self("x-tenant")!
    fileprivate static let user = Self("x-user")!
}
