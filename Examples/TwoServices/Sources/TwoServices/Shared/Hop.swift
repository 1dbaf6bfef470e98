// SPDX-License-Identifier: Apache-2.0
/// What one place of a service saw: what its code read, what its log line said, what its span was given.
struct Hop: Codable, Sendable {
    let service: String
    let place: String
    let variables: Values
    let logLine: Values
    let span: Values
    let traceID: String?
}

/// The variables' values in one place; `nil` where there is none.
struct Values: Codable, Hashable, Sendable {
    var requestID: String?
    var tenant: String?
    var deadline: String?
    var language: String?
    var user: String?
}

/// What a service answers.
struct Answer: Codable, Sendable {
    var hops: [Hop]
    /// The keys of the `baggage` that reached the backend.
    var baggageKeys: [String]
}

extension Values {
    /// What the variables are right here, on the task, thread or queue that runs this.
    static var current: Values {
        Values(
            requestID: Current.requestID.get(), tenant: Current.tenant.get(),
            deadline: Current.deadline.get()?.description, language: Current.language.get(), user: Current.user.get())
    }

    /// The values by the keys of log lines, spans and baggage.
    init(_ value: (String) -> String?) {
        self.init(
            requestID: value("request-id"), tenant: value("tenant"), deadline: value("deadline"),
            language: value("language"), user: value("user"))
    }

    /// As ``init(_:)`` reads them.
    var byKey: [String: String] {
        let all = [
            "request-id": requestID, "tenant": tenant, "deadline": deadline, "language": language, "user": user,
        ]
        return all.compactMapValues(\.self)
    }
}
