// SPDX-License-Identifier: Apache-2.0
import Harness

/// One request through a gateway and a backend, station by station, of the rows that were measured.
struct Stations {
    private struct Station {
        let name: String
        let operation: String
        var count = 1
    }

    private static let all = [
        Station(name: "gateway: a request with five log lines", operation: Requests.processorTimeWithLogLines),
        Station(name: "gateway: a chain of five futures", operation: Futures.fiveMaps),
        Station(name: "gateway: a job for a queue", operation: Queues.queueJob),
        Station(name: "gateway: two variables into the call's header", operation: BaggageRows.injection),
        Station(name: "backend: two variables out of the header", operation: BaggageRows.extraction),
        Station(name: "backend: a request with five log lines", operation: Requests.processorTimeWithLogLines),
        Station(
            name: "backend: ten rows of a database, in the caller's values", operation: Sequences.element, count: 10),
    ]

    private let outcomes: [String: Outcome]

    /// - Returns: `nil` where a row is missing.
    init?(_ outcomes: [Outcome]) {
        self.outcomes = Dictionary(outcomes.map { ($0.row.operation, $0) }) { first, _ in first }
        guard Self.all.allSatisfy({ self.outcomes[$0.operation] != nil }) else { return nil }
    }

    var text: String {
        var lines = [["one request through a gateway and a backend", "with", "without", "unit"]]
        var sum = (with: 0.0, without: 0.0)
        for station in Self.all {
            guard let outcome = outcomes[station.operation] else { continue }
            let count = Double(station.count)
            let with = outcome.ours.median * count
            // Beside a bar of time stands nothing: without the library, nothing is carried.
            let without = outcome.row.hasPeer ? outcome.peer.median * count : 0
            sum = (sum.with + with, sum.without + without)
            lines.append([station.name, figure(with), figure(without), "ns"])
        }
        lines.append(["all of it", figure(sum.with), figure(sum.without), "ns"])
        return columns(lines)
    }
}
