// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import HTTPTypes
import Hummingbird

/// Gives each request its own context and sets the variables that its headers carry.
struct ContextMiddleware: RouterMiddleware {
    typealias Context = BasicRequestContext

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        // Inside a middleware, `Context` alone is the framework's request context.
        try await ContextVars.Context().run {
            try Current.requestID.set(request.headers[.requestID] ?? UUID().uuidString)
            if let tenant = request.headers[.tenant] {
                try Current.tenant.set(tenant)
            }
            try Current.step.set(step("middleware"))
            try Current.trail.set([.seen(by: "middleware")])

            var response = try await next(request, context)

            // Values flow back as well: `step` is now what the handler set last.
            response.headers[.requestID] = Current.requestID.get()
            response.headers[.tenant] = Current.tenant.get()
            response.headers[.step] = Current.step.get()
            return response
        }
    }
}

extension HTTPField.Name {
    static let requestID = Self("x-request-id")!
    static let tenant = Self("x-tenant")!
    static let step = Self("x-step")!
}
