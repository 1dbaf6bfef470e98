// SPDX-License-Identifier: Apache-2.0
/// The finding on one answered request.
struct Verdict: Sendable {
    let request: PlannedRequest
    let hops: [Hop]
    private(set) var wrongValues: [WrongValue] = []

    /// Compares each place with the table; a place that is missing or that nobody expects counts as a wrong value.
    init(request: PlannedRequest, answer: Answer, requestID: String?) {
        self.request = request
        self.hops = answer.hops
        var pending = Expectation(for: request).values
        for hop in answer.hops {
            let place = "\(hop.service)/\(hop.place)"
            guard let expected = pending.removeValue(forKey: place) else {
                report("place", at: place, expected: "once at most, and in the table", seen: "there")
                continue
            }
            compare("variable", hop.variables, with: expected, at: place)
            compare("log line", hop.logLine, with: expected, at: place)
            compare("span", hop.span, with: expected, at: place)
            compare("trace", hop.traceID, with: request.traceID, at: place)
        }
        for place in pending.keys.sorted() {
            report("place", at: place, expected: "to be there", seen: "missing")
        }
        if request.target == .gateway {
            compare("x-request-id", requestID, with: request.id, at: "response")
            for key in answer.baggageKeys where !Expectation.baggageKeys.contains(key) {
                report("baggage", at: "backend", expected: "declared keys", seen: key)
            }
        }
    }

    private mutating func compare(_ what: String, _ seen: Values, with expected: Values, at place: String) {
        if seen == expected { return }
        for key in ["request-id", "tenant", "deadline", "language", "user"] {
            compare("\(what) \(key)", seen.byKey[key], with: expected.byKey[key], at: place)
        }
    }

    private mutating func compare(_ what: String, _ seen: String?, with expected: String?, at place: String) {
        if seen != expected { report(what, at: place, expected: expected ?? "nil", seen: seen ?? "nil") }
    }

    private mutating func report(_ what: String, at place: String, expected: String, seen: String) {
        wrongValues.append(
            WrongValue(requestID: request.id, place: place, what: what, expected: expected, seen: seen))
    }
}

/// One value that differs from what the check's tables say.
struct WrongValue: Sendable, CustomStringConvertible {
    let requestID: String
    let place: String
    let what: String
    let expected: String
    let seen: String

    var description: String {
        "wrong: request \(requestID), \(place): \(what) expected \(expected), seen \(seen.prefix(80))"
    }
}
