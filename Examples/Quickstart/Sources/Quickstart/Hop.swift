// SPDX-License-Identifier: Apache-2.0
/// What one piece of a request's work saw in its context: the JSON that the server sends and the client checks.
struct Hop: Codable, Sendable {
    let name: String
    let requestID: String?
    let tenant: String
    let step: String
    let children: [Hop]
}

extension Hop {
    /// Reads the variables right here, on the task, thread or queue that runs this.
    static func seen(by name: String, children: [Hop] = []) -> Hop {
        log.info("\(name)")
        return Hop(
            name: name,
            requestID: Current.requestID.get(),
            tenant: Current.tenant.get(),
            step: Current.step.get(),
            children: children
        )
    }
}
