/// Measures rows: many short batches, ours and the peer's by turns.
///
/// Both sides so see the same neighbours on the machine, the same clock frequency and the same state of the heap. A
/// batch is short against a scheduler's time slice, so that most batches are not interrupted and the median is of those.
struct Runner: Sendable {
    /// How many batches each side has.
    let rounds: Int

    /// What a batch lasts, nearly: long against reading the clock twice.
    private static let batchNanoseconds = 2e6

    /// What a row may last. Rows whose single operation takes long have fewer rounds, but no fewer than ``fewestRounds``.
    private static let rowNanoseconds = 5e9
    private static let fewestRounds = 5

    /// Measures one row.
    func measure(_ row: Row) async throws -> Outcome {
        let sides = try row.makeSides()
        let ours = try await Plan(of: sides.ours, row.unit)
        let peer = try await Plan(of: sides.peer, row.unit)
        let affordable = Int(Self.rowNanoseconds / (ours.batchNanoseconds + peer.batchNanoseconds + 1))
        let count = row.unit == .bytes ? 1 : min(rounds, max(affordable, Self.fewestRounds))

        var samples = (ours: [Double](), peer: [Double]())
        for round in 0..<count {
            // Who comes first changes, for what the first leaves in the caches is the second's.
            if round.isMultiple(of: 2) {
                samples.ours.append(try await ours.sample())
                samples.peer.append(try await peer.sample())
            } else {
                samples.peer.append(try await peer.sample())
                samples.ours.append(try await ours.sample())
            }
        }
        return Outcome(
            row: row, rounds: count, ours: Statistics(of: samples.ours), peer: Statistics(of: samples.peer),
            oursAllocations: ours.allocations, peerAllocations: peer.allocations)
    }

    /// One side, and how often a batch does its operation.
    private struct Plan {
        let side: Side
        var iterations = 1
        var batchNanoseconds = 0.0
        var allocations = 0.0

        init(of side: @escaping Side, _ unit: Row.Unit) async throws {
            self.side = side
            guard unit == .nanoseconds else { return }
            try await calibrate()
            // A batch before this one has warmed up all that is made on first use.
            allocations = try await run(.allocations).perOperation
        }

        /// Doubles the batch until it is long enough to tell how long it should be.
        private mutating func calibrate() async throws {
            while true {
                batchNanoseconds = try await run(.time).total
                if batchNanoseconds > Runner.batchNanoseconds / 4 { break }
                iterations *= 2
            }
            let operation = batchNanoseconds / Double(iterations)
            iterations = max(1, Int(Runner.batchNanoseconds / operation))
            batchNanoseconds = operation * Double(iterations)
        }

        func sample() async throws -> Double { try await run(.time).perOperation }

        /// Runs a batch in a task of its own, to which no task-local value nor context comes from here.
        private func run(_ quantity: Meter.Quantity) async throws -> (total: Double, perOperation: Double) {
            let (side, iterations) = (side, iterations)
            return try await Task.detached {
                let meter = Meter(quantity, iterations: iterations)
                try await side(meter)
                return (meter.total, meter.perOperation)
            }.value
        }
    }
}

/// What was measured for one row.
struct Outcome: Sendable {
    let row: Row
    let rounds: Int
    let ours: Statistics
    let peer: Statistics
    let oursAllocations: Double
    let peerAllocations: Double

    var ratio: Double { ours.median / peer.median }

    var reachesBar: Bool { row.higherIsBetter ? ratio >= row.bar : ratio <= row.bar }
}
