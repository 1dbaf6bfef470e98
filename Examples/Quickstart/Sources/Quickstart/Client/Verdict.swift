// SPDX-License-Identifier: Apache-2.0
/// The client's finding on one answered request.
struct Verdict: Sendable {
    let request: SentRequest
    let hops: [Hop]
    private(set) var hopCount = 0
    private(set) var wrongValues: [WrongValue] = []

    /// Compares each hop with the table; a hop that is missing or that nobody expects counts as a wrong value.
    init(request: SentRequest, hops: [Hop], isAutomatic: Bool) {
        self.request = request
        self.hops = hops
        var pending = Expectation(for: request, isAutomatic: isAutomatic).values
        for hop in hops {
            check(hop, at: hop.name, against: &pending)
        }
        for path in pending.keys.sorted() {
            report("hop", at: path, expected: "to be there", seen: "missing")
        }
    }

    private mutating func check(_ hop: Hop, at path: String, against pending: inout [String: Expectation.Values]) {
        hopCount += 1
        if let expected = pending.removeValue(forKey: path) {
            compare("requestID", hop.requestID ?? "nil", with: expected.requestID ?? "nil", at: path)
            compare("tenant", hop.tenant, with: expected.tenant, at: path)
            compare("step", hop.step, with: expected.step, at: path)
        } else {
            report("hop", at: path, expected: "once at most, and in the table", seen: "there")
        }
        for child in hop.children {
            check(child, at: "\(path)/\(child.name)", against: &pending)
        }
    }

    private mutating func compare(_ variable: String, _ seen: String, with expected: String, at path: String) {
        if seen != expected {
            report(variable, at: path, expected: expected, seen: seen)
        }
    }

    private mutating func report(_ variable: String, at path: String, expected: String, seen: String) {
        wrongValues.append(
            WrongValue(requestID: request.id, path: path, variable: variable, expected: expected, seen: seen)
        )
    }
}

/// One value that differs from what the client's table says.
struct WrongValue: Sendable, CustomStringConvertible {
    let requestID: String
    let path: String
    let variable: String
    let expected: String
    let seen: String

    var description: String {
        "wrong: request \(requestID), \(path): \(variable) expected \(expected), seen \(seen)"
    }
}
