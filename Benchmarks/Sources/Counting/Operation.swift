// SPDX-License-Identifier: Apache-2.0
/// What the thresholds are for.
package struct Operation: Sendable {
    package let name: String
    /// Sets up what the operation needs, then calls the meter once.
    let run: @SingleThread (Meter) async throws -> Void

    package init(_ name: String, run: @escaping @SingleThread (Meter) async throws -> Void) {
        self.name = name
        self.run = run
    }
}
