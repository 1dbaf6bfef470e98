// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsTracing

/// The variables of the current request or job.
enum Current {
    static let requestID = ContextVar<String?>("request-id")
    static let tenant = ContextVar("tenant", default: "public")

    /// Comes from outside, in the `baggage` header.
    static let language = ContextVar("language", default: "en")

    /// Stays in the service: no entry declares it.
    static let user = ContextVar<String?>("user")

    /// How often the job was begun; the worker's own.
    static let attempt = ContextVar<Int?>("attempt")
}

/// What travels in a job's row.
///
/// The service wrote the row itself, so the worker takes all of it. Requests come from outside: they have an instrument
/// with other directions.
func messageInstrument() throws -> BaggageInstrument {
    BaggageInstrument([
        try BaggageEntry("request-id", Current.requestID, maxBytes: 128),
        try BaggageEntry("tenant", Current.tenant, maxBytes: 64),
        try BaggageEntry("language", Current.language, maxBytes: 32),
    ]) { rejection in
        log.warning("a job's variables: \(rejection)")
    }
}

/// What a request can bring in its `baggage` header: the language, and nothing else.
func requestInstrument(forgetting mistakes: [Mistake]) throws -> BaggageInstrument {
    let own: BaggageEntry.Direction = mistakes.contains(.directions) ? .both : .sendOnly
    return BaggageInstrument([
        try BaggageEntry("request-id", Current.requestID, direction: own, maxBytes: 128),
        try BaggageEntry("tenant", Current.tenant, direction: own, maxBytes: 64),
        try BaggageEntry("language", Current.language, maxBytes: 32),
    ])
}
