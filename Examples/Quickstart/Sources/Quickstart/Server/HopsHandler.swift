import ContextVars
import NIOPosix

/// The handler: takes a request through every kind of hop and returns what each of them saw.
struct HopsHandler: Sendable {
    let forgetsSnapshot: Bool
    private let inventory = Inventory()

    init(forgetsSnapshot: Bool) {
        self.forgetsSnapshot = forgetsSnapshot
    }

    func hops() async throws -> [Hop] {
        try Current.step.set(step("handler"))
        let children = [
            try setAndReset(),
            await asyncLet(),
            try await taskGroup(),
            try await plainTasks(),
            try await inventory.hop(),
            try await dispatchQueue(forgetsSnapshot: forgetsSnapshot),
            try await eventLoopCallback(on: MultiThreadedEventLoopGroup.singleton.any()),
            await thread(),
            await queueWithoutSnapshot(),
        ]
        let handler = Hop.seen(by: "handler", children: children)

        // The middleware reads this one after the handler has returned.
        try Current.step.set(step("response"))
        return Current.trail.get() + [handler]
    }
}
