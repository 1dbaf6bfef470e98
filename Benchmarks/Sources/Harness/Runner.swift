// SPDX-License-Identifier: Apache-2.0
/// Measures rows: many short batches, ours and the peer's by turns.
///
/// Both sides so see the same neighbours on the machine, the same clock frequency and the same state of the heap. A
/// batch is short against a scheduler's time slice, so that most batches are not interrupted and the median is of those.
package struct Runner: Sendable {
    /// How many batches each side has.
    private let rounds: Int

    package init(rounds: Int) {
        self.rounds = rounds
    }

    /// What a row may last.
    ///
    /// Rows whose single operation takes long have fewer rounds, but no fewer than ``fewestRounds``.
    private static let rowNanoseconds = 5e9
    private static let fewestRounds = 5
    /// How many times its rounds a row may have, as long as its bar is within what chance does to the ratio.
    private static let mostRepetitions = 4

    /// Measures one row.
    ///
    /// - Throws: ``Unavailable`` where the peer isn't there.
    func measure(_ row: Row) async throws -> Outcome {
        let sides = try row.makeSides()
        let peer = try await Plan(of: sides.peer, row.unit)
        let ours = try await Plan(of: sides.ours, row.unit)
        let count = affordableRounds(row.unit, ours.batchNanoseconds + peer.batchNanoseconds)

        var samples = (ours: [Double](), peer: [Double]())
        while true {
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
            let outcome = Outcome(
                row: row, rounds: samples.ours.count, ours: Statistics(of: samples.ours),
                peer: Statistics(of: samples.peer), oursAllocations: ours.allocations,
                peerAllocations: peer.allocations)
            if outcome.isDecided || outcome.rounds >= count * Self.mostRepetitions { return outcome }
        }
    }

    /// Measures how the price of an operation grows, its numbers by turns.
    func measure(_ growth: Growth) async throws -> GrowthOutcome {
        var plans: [Plan] = []
        for number in growth.numbers { plans.append(try await Plan(of: growth.makeSide(number), growth.unit)) }
        let count = affordableRounds(growth.unit, plans.reduce(0) { $0 + $1.batchNanoseconds })

        var samples = plans.map { _ in [Double]() }
        for _ in 0..<count {
            for (index, plan) in plans.enumerated() { samples[index].append(try await plan.sample()) }
        }
        return GrowthOutcome(growth: growth, figures: samples.map(Statistics.init))
    }

    private func affordableRounds(_ unit: Row.Unit, _ nanosecondsEach: Double) -> Int {
        // Memory is nearly the same each time.
        guard ![.bytes, .megabytes, .milliseconds].contains(unit) else { return 1 }
        return min(rounds, max(Int(Self.rowNanoseconds / (nanosecondsEach + 1)), Self.fewestRounds))
    }
}

/// What was measured for one row.
package struct Outcome: Sendable {
    package let row: Row
    let rounds: Int
    package let ours: Statistics
    package let peer: Statistics
    let oursAllocations: Double
    let peerAllocations: Double

    package var ratio: Double { ours.median / peer.median }

    /// How far the ratio may be off by chance: two standard errors.
    ///
    /// That of a median is 0.93 interquartile ranges by the square root of the number of samples, where these are
    /// distributed normally.
    var uncertainty: Double {
        2 * 0.93 * ratio * ((ours.spread * ours.spread + peer.spread * peer.spread) / Double(rounds)).squareRoot()
    }

    /// Whether the ratio is on one side of the bar, more than by chance.
    var isDecided: Bool { row.bar.map { abs(ratio - $0) > uncertainty } ?? true }

    package var reachesBar: Bool {
        guard let bar = row.bar else { return true }
        return row.higherIsBetter ? ratio >= bar : ratio <= bar
    }
}
