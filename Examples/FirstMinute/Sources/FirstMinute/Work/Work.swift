// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// The work for one order.
///
/// No function, closure or message passes the order's number on.
struct Work: Sendable {
    let order: String
    /// The mistake of `--forget-snapshot`: callbacks start with no values.
    let forgetsSnapshot: Bool

    func run() async throws -> Place {
        let left = ContinuousClock.now
        // An asynchronous `main` has no context, so this opens one. `set` needs no closure; `@TaskLocal` has nothing else.
        return try await Order.$taskLocalID.withValue(order) {
            try await Context().run {
                try Order.id.set(order)
                let place = Place.here("order \(order)", since: left, code: "try id.set(\"\(order)\")")
                return place.leading(to: try await everywhere())
            }
        }
    }

    private func everywhere() async throws -> [Place] {
        [
            function(),
            await asyncLet(),
            await taskGroup(),
            await Warehouse().place(since: .now),
            try await afterCallee(),
            await plainTask(),
            await detachedTask(),
            await queueWithoutSnapshot(),
        ]
    }

    /// What callbacks take along: all values at once, in constant time.
    var snapshot: ContextSnapshot { forgetsSnapshot ? ContextSnapshot() : .current }
}
