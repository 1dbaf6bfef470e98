// SPDX-License-Identifier: Apache-2.0
#if GRPC
import ContextVars
import ContextVarsTracing
import Tracing

/// The variables of these tests.
enum Current {
    static let requestID = ContextVar<String?>("requestID")
    static let tenant = ContextVar("tenant", default: "public")
    /// Not declared: never leaves the process.
    static let secret = ContextVar("secret", default: "none")

    /// What handlers report: everything that they see.
    static func seen() -> String {
        "\(requestID.get() ?? "nil") \(tenant.get()) \(secret.get())"
    }
}

extension Instrument where Self == BaggageInstrument {
    static func baggage() throws -> BaggageInstrument {
        BaggageInstrument([
            try BaggageEntry("request-id", Current.requestID), try BaggageEntry("tenant", Current.tenant),
        ])
    }
}
#endif
