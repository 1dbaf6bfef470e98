import Foundation

/// The measured rows that have a bar, as a JSON array.
struct JSONReport {
    let outcomes: [Outcome]

    /// One row of the file.
    ///
    /// `ours_ns` and `peer_ns` are in `unit`, which is `ns` for all but bytes and throughput.
    private struct Line: Encodable {
        let op, peer: String
        let oursNs, peerNs, ratio: Double
        let bar: Double?
        let higherIsBetter: Bool
        let oursAllocations, peerAllocations: Double
        let unit: String
        let oursSpread, peerSpread: Double
        let rounds: Int

        init(_ outcome: Outcome) {
            op = outcome.row.operation
            peer = outcome.row.peer
            oursNs = outcome.ours.median
            peerNs = outcome.peer.median
            ratio = outcome.ratio
            bar = outcome.row.bar
            higherIsBetter = outcome.row.higherIsBetter
            oursAllocations = outcome.oursAllocations
            peerAllocations = outcome.peerAllocations
            unit = outcome.row.unit.rawValue
            oursSpread = outcome.ours.spread
            peerSpread = outcome.peer.spread
            rounds = outcome.rounds
        }
    }

    func data() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(outcomes.filter { $0.row.bar != nil }.map(Line.init))
    }
}
