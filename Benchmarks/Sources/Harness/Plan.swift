// SPDX-License-Identifier: Apache-2.0
/// One side of a row, and how often a batch does its operation.
struct Plan: Sendable {
    /// What a batch lasts, nearly: long against reading the clock twice.
    private static let usualNanoseconds = 2e6

    private let side: Side
    private var iterations = 1
    /// What a batch lasts.
    private(set) var batchNanoseconds = 0.0
    /// How many blocks one operation allocates.
    private(set) var allocations = 0.0

    init(of side: @escaping Side, _ unit: Row.Unit) async throws {
        self.side = side
        guard unit == .nanoseconds else { return }
        try await calibrate()
        // A batch before this one has warmed up all that is made on first use.
        allocations = try await run(.allocations).perOperation
    }

    /// Doubles the batch until it is long enough to tell how long it should be.
    ///
    /// The shortest of three, for one may have waited for a thread to wake up.
    private mutating func calibrate() async throws {
        while true {
            batchNanoseconds = .infinity
            for _ in 0..<3 where batchNanoseconds > Self.usualNanoseconds / 4 {
                batchNanoseconds = min(batchNanoseconds, try await run(.time).total)
            }
            if batchNanoseconds > Self.usualNanoseconds / 4 { break }
            iterations *= 2
        }
        let operation = batchNanoseconds / Double(iterations)
        iterations = max(1, Int(Self.usualNanoseconds / operation))
        batchNanoseconds = operation * Double(iterations)
    }

    /// Runs one batch and says what one operation took.
    func sample() async throws -> Double { try await run(.time).perOperation }

    /// Runs a batch in its own task, to which no task-local value nor context comes from here.
    private func run(_ quantity: Meter.Quantity) async throws -> (total: Double, perOperation: Double) {
        let (side, iterations) = (side, iterations)
        return try await Task.detached {
            let meter = Meter(quantity, iterations: iterations)
            try await side(meter)
            return (meter.total, meter.perOperation)
        }.value
    }
}
