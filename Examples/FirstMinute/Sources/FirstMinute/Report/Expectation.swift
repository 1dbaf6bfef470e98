// SPDX-License-Identifier: Apache-2.0
/// What each place must see: all that the check goes by.
///
/// The work doesn't know this table.
struct Expectation {
    let taskLocal: String?
    let contextVar: String?

    /// - Returns: `nil` for a place that isn't in the table.
    init?(for name: String, order: String) {
        switch name {
        case "order \(order)", "function()", "async let", "withTaskGroup", "addTask, child 1", "addTask, child 2",
            "actor", "Task { }":
            (taskLocal, contextVar) = (order, order)
        case "Task.detached", "DispatchQueue.async", "Thread", "OperationQueue", "Task { } again":
            (taskLocal, contextVar) = (nil, order)
        case "after a callee's set":
            (taskLocal, contextVar) = (nil, "packed")
        case "forgotten snapshot":
            (taskLocal, contextVar) = (nil, nil)
        default:
            return nil
        }
    }

    /// How many places the work for one order has.
    static let places = 15
}

/// The findings on the work for one order.
struct Verdict {
    let wrong: [String]

    init(_ work: Place, order: String) {
        let places = work.all
        var wrong: [String] = []
        for place in places {
            guard let expected = Expectation(for: place.name, order: order) else {
                wrong.append("order \(order): nobody expects the place '\(place.name)'")
                continue
            }
            func compare(_ what: String, _ seen: String?, with expected: String?) {
                if seen == expected { return }
                wrong.append(
                    "order \(order), \(place.name): \(what) expected \(expected ?? "nil"), seen \(seen ?? "nil")")
            }
            compare("@TaskLocal", place.taskLocal, with: expected.taskLocal)
            compare("ContextVar", place.contextVar, with: expected.contextVar)
            if place.name == "forgotten snapshot", place.remark == nil {
                wrong.append("order \(order), \(place.name): set threw nothing")
            }
        }
        if Set(places.map(\.name)).count != Expectation.places || places.count != Expectation.places {
            wrong.append("order \(order): \(places.count) places, expected \(Expectation.places)")
        }
        self.wrong = wrong
    }
}
