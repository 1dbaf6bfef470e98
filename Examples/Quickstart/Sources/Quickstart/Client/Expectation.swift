// SPDX-License-Identifier: Apache-2.0
/// What the hops of a request must have seen, derived from what the client sent and from this table alone.
struct Expectation {
    /// The values that one hop must have seen.
    struct Values: Equatable {
        let requestID: String?
        let tenant: String
        let step: String
    }

    /// For each hop, by its path in the tree.
    let values: [String: Values]

    /// - Parameter isAutomatic: Whether the server's values follow work by themselves.
    init(for request: SentRequest, isAutomatic: Bool) {
        var values: [String: Values] = [:]
        for (path, step) in Self.steps {
            values[path] = Values(requestID: request.id, tenant: request.tenant, step: "\(step) of \(request.id)")
        }
        for path in Self.pathsWithoutSnapshot {
            values[path] = isAutomatic ? values["handler"] : Values(requestID: nil, tenant: "public", step: "none")
        }
        self.values = values
    }

    private static let steps = [
        "middleware": "middleware",
        "handler": "handler",
        "handler/set and reset": "handler",
        "handler/set and reset/after set": "function",
        "handler/async let": "handler",
        "handler/async let/inherited": "handler",
        "handler/async let/withValue": "async let",
        "handler/task group": "handler",
        "handler/task group/child 1": "child 1",
        "handler/task group/child 2": "child 2",
        "handler/task group/child 3": "child 3",
        "handler/task group/child in a copy": "copy",
        "handler/plain tasks": "handler",
        "handler/plain tasks/iteration 1": "task 1",
        "handler/plain tasks/iteration 1/at start": "iteration 1",
        "handler/plain tasks/iteration 2": "task 2",
        "handler/plain tasks/iteration 2/at start": "iteration 2",
        "handler/plain tasks/iteration 3": "task 3",
        "handler/plain tasks/iteration 3/at start": "iteration 3",
        "handler/actor": "handler",
        "handler/actor/on the actor": "actor",
        "handler/DispatchQueue": "queue",
        "handler/DispatchQueue/inherited": "handler",
        "handler/EventLoop callback": "handler",
        "handler/EventLoop callback/execute": "handler",
        "handler/Thread": "handler",
        "response headers": "response",
    ]

    private static let pathsWithoutSnapshot = ["handler/DispatchQueue, no snapshot"]
}
