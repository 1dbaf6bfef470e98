/// What the thresholds are for.
struct Operation: Sendable {
    let name: String
    /// Sets up what the operation needs, then calls the meter once.
    let run: @SingleThread (Meter) async throws -> Void

    init(_ name: String, run: @escaping @SingleThread (Meter) async throws -> Void) {
        self.name = name
        self.run = run
    }
}
