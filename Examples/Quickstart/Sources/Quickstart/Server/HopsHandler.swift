// SPDX-License-Identifier: Apache-2.0
import ContextVars
import NIOPosix

/// The handler: takes a request through every kind of hop and returns what each of them saw.
struct HopsHandler: Sendable {
    let forgetsSnapshot: Bool
    /// Whether values follow work that is handed to queues and threads.
    let isAutomatic: Bool
    private let inventory = Inventory()

    init(forgetsSnapshot: Bool, isAutomatic: Bool) {
        self.forgetsSnapshot = forgetsSnapshot
        self.isAutomatic = isAutomatic
    }

    func hops() async throws -> [Hop] {
        try Current.step.set(step("handler"))
        let children = [
            try setAndReset(),
            await asyncLet(),
            try await taskGroup(),
            try await plainTasks(),
            try await inventory.hop(),
            isAutomatic ? try await plainQueue() : try await dispatchQueue(forgetsSnapshot: forgetsSnapshot),
            try await eventLoopCallback(on: MultiThreadedEventLoopGroup.singleton.any()),
            isAutomatic ? await plainThread() : await thread(),
            await queueWithoutSnapshot(),
        ]
        let handler = Hop.seen(by: "handler", children: children)

        // The middleware reads this one after the handler has returned.
        try Current.step.set(step("response"))
        return Current.trail.get() + [handler]
    }
}
