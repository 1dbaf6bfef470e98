// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// The variables of the current request: code at any depth of both services reads them, and no function passes them down.
enum Current {
    static let requestID = ContextVar<String?>("request-id")
    static let tenant = ContextVar("tenant", default: "public")
    static let deadline = ContextVar<Deadline?>("deadline")

    /// Comes from outside, in the `baggage` header.
    static let language = ContextVar("language", default: "en")

    /// Stays in the gateway: no `BaggageEntry` declares it.
    static let user = ContextVar<String?>("user")
}

/// When the answer must be there, in milliseconds since 1970.
struct Deadline: Hashable, Sendable, LosslessStringConvertible {
    let milliseconds: Int64

    init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    init?(_ description: String) {
        guard let milliseconds = Int64(description), milliseconds >= 0 else { return nil }
        self.milliseconds = milliseconds
    }

    var description: String { "\(milliseconds)" }
}
