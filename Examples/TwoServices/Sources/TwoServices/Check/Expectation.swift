// SPDX-License-Identifier: Apache-2.0
/// What the places of a request must have seen, derived from what was sent and from these tables alone.
struct Expectation {
    /// For each place, by service and name.
    let values: [String: Values]

    init(for request: PlannedRequest) {
        var values: [String: Values] = [:]
        switch request.target {
        case .gateway:
            var expected = request.values
            // Of all values, the header brings only the language.
            var brought = Values.unset
            brought.language = expected.language
            request.hostile?.apply(to: &brought)
            expected.language = brought.language
            for place in Self.gatewayPlaces { values["gateway/\(place)"] = expected }
            expected.user = nil
            for place in Self.backendPlaces(of: request) { values["backend/\(place)"] = expected }
        case .backend:
            var expected = request.values
            expected.user = nil
            request.hostile?.apply(to: &expected)
            for place in Self.backendPlaces(of: request) { values["backend/\(place)"] = expected }
        }
        self.values = values
    }

    /// What may reach the backend through the gateway.
    static let baggageKeys: Set = ["request-id", "tenant", "deadline", "language"]

    private static let gatewayPlaces = ["middleware", "handler", "task", "queue", "event loop"]

    private static func backendPlaces(of request: PlannedRequest) -> [String] {
        ["interceptor", "handler", "task", "queue", "event loop"] + (request.streams ? ["producer"] : [])
    }
}
