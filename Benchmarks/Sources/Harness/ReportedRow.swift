// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A row as it is in a JSON file.
///
/// `oursNs` and `peerNs` are in `unit`, which is `ns` for all but memory and throughput.
struct ReportedRow: Codable {
    let build: String
    let group: String?
    let op, peer: String
    let oursNs, peerNs, ratio: Double
    let bar: Double
    let higherIsBetter: Bool
    let oursAllocations, peerAllocations: Double
    let unit: String
    let oursSpread, peerSpread: Double
    let rounds: Int

    /// What was measured for a row, or nil for one without a bar.
    init?(_ outcome: Outcome) {
        guard let bar = outcome.row.bar else { return nil }
        build = Build.current.rawValue
        group = outcome.row.group
        op = outcome.row.operation
        peer = outcome.row.peer
        oursNs = outcome.ours.median
        peerNs = outcome.peer.median
        ratio = outcome.ratio
        self.bar = bar
        higherIsBetter = outcome.row.higherIsBetter
        oursAllocations = outcome.oursAllocations
        peerAllocations = outcome.peerAllocations
        unit = outcome.row.unit.rawValue
        oursSpread = outcome.ours.spread
        peerSpread = outcome.peer.spread
        rounds = outcome.rounds
    }

    /// What a filter is looked for in.
    var title: String { Row.title(group, op, peer) }

    var reachesBar: Bool { higherIsBetter ? ratio >= bar : ratio <= bar }
}

extension [ReportedRow] {
    /// The rows of a file that a run has written.
    init(contentsOf file: URL) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: Data(contentsOf: file))
    }

    func write(to file: URL) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: file)
    }
}
