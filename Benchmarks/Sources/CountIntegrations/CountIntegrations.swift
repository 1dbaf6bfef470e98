// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Counting

/// What the integrations allocate.
@main
enum CountIntegrations {
    static func main() throws {
        let operations =
            LogOperations.all + NIOOperations.all + BaggageOperations.all + RequestOperations.all + GRPCOperations.all
        try Program(operations) { ContextSnapshot().run { keep(Variables.tenant.get()) } }.run()
    }
}

/// What a service has for each request.
enum Variables {
    static let id = ContextVar<String?>("request.id")
    static let tenant = ContextVar("tenant", default: "public")
    static let user = ContextVar<Int?>("user")

    /// A string that is on the heap, as most are that come with a request.
    static let requestID = "7f9c24e5-0f1b-4d0e-a5ea-1c9a1f0f4a11"

    @SingleThread
    static func withAll(_ body: @SingleThread () throws -> Void) throws {
        try Context().run {
            try id.set(requestID)
            try tenant.set("acme")
            try user.set(7)
            try body()
        }
    }
}
