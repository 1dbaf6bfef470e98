// SPDX-License-Identifier: Apache-2.0
/// What one place of a job saw: what its code read, and what its log line said.
struct Sighting: Codable, Hashable, Sendable {
    let place: String
    let variables: Values
    let logLine: Values

    /// Reads the variables right here, and writes a log line.
    static func here(_ place: String) -> Sighting {
        Sighting(place: place, variables: .current, logLine: .ofLogLine(place))
    }
}

/// The variables' values in one place; `nil` where there is none.
struct Values: Codable, Hashable, Sendable {
    var requestID: String?
    var tenant: String?
    var language: String?
    var user: String?
    var attempt: String?
}

extension Values {
    /// What the variables are right here, on the task, thread or queue that runs this.
    static var current: Values {
        Values(
            requestID: Current.requestID.get(), tenant: Current.tenant.get(), language: Current.language.get(),
            user: Current.user.get(), attempt: Current.attempt.get().map(String.init))
    }

    /// The values by the keys of log lines.
    init(_ value: (String) -> String?) {
        self.init(
            requestID: value("request-id"), tenant: value("tenant"), language: value("language"), user: value("user"),
            attempt: value("attempt"))
    }

    /// As ``init(_:)`` reads them.
    var byKey: [String: String] {
        let all = [
            "request-id": requestID, "tenant": tenant, "language": language, "user": user, "attempt": attempt,
        ]
        return all.compactMapValues(\.self)
    }
}
