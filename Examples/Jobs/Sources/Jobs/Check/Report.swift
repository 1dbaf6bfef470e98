// SPDX-License-Identifier: Apache-2.0
import ExampleSupport
import Foundation

/// What the check found in the rows of all jobs.
struct Report: Sendable {
    private let planned: Int
    private let cutOff: [Int]
    private let rows: [Job]
    private let duration: Duration
    private var wrongValues: [String] = []

    /// - Parameters:
    ///   - cutOff: How many jobs each killed worker was at.
    ///   - sent: What the service answered to each request.
    init(planned: Int, kills: Int, cutOff: [Int], sent: SentJobs, rows: [Job], duration: Duration) {
        self.planned = planned
        self.cutOff = cutOff
        self.rows = rows
        self.duration = duration

        var pending = Dictionary(uniqueKeysWithValues: rows.map { ($0.id ?? 0, $0) })
        for number in 1...planned {
            switch sent[number] {
            case .success(let id):
                check(PlannedJob(number: number), pending.removeValue(forKey: id))
            case .failure(let refusal):
                wrongValues.append("job \(number): not queued: \(refusal.reason)")
            case nil:
                wrongValues.append("job \(number): not sent")
            }
        }
        for id in pending.keys.sorted() { wrongValues.append("row \(id): nobody wanted this job") }
        checkKills(kills)
    }

    var isClean: Bool { wrongValues.isEmpty }

    private mutating func check(_ job: PlannedJob, _ row: Job?) {
        guard let row else {
            wrongValues.append("job \(job.number): lost")
            return
        }
        if row.payload != job.payload {
            wrongValues.append("job \(job.number): payload expected \(job.payload), seen \(row.payload)")
        }
        guard row.state == .done, let sightings = row.sightings else {
            wrongValues.append("job \(job.number): \(row.state.rawValue), and never done")
            return
        }
        let places = sightings.map(\.place)
        if places != Self.places {
            wrongValues.append("job \(job.number): places expected \(Self.places), seen \(places)")
        }
        let expected = job.expected(attempt: row.attempts)
        for sighting in sightings {
            compare("variable", sighting.variables, with: expected, job, at: sighting.place)
            compare("log line", sighting.logLine, with: expected, job, at: sighting.place)
        }
    }

    private mutating func compare(
        _ what: String, _ seen: Values, with expected: Values, _ job: PlannedJob, at place: String
    ) {
        if seen == expected { return }
        for key in Set(seen.byKey.keys).union(expected.byKey.keys).sorted() where seen.byKey[key] != expected.byKey[key]
        {
            wrongValues.append(
                """
                job \(job.number), \(place): \(what) \(key) expected \(expected.byKey[key] ?? "nil"), seen \
                \(seen.byKey[key] ?? "nil")
                """)
        }
    }

    private static let places = ["job", "task", "queue", "end"]

    /// A job that was cut off began once more for each time; all others began once.
    private mutating func checkKills(_ kills: Int) {
        if cutOff.count != kills {
            wrongValues.append("the worker was killed at jobs \(cutOff.count) times, and not \(kills)")
        }
        let begun = rows.reduce(0) { $0 + $1.attempts }
        let expected = planned + cutOff.reduce(0, +)
        if begun != expected {
            wrongValues.append("jobs were begun \(begun) times, expected \(expected)")
        }
    }

    /// Prints what is wrong, a job to look at, and one line to compare with others; that line is the last.
    func print() {
        if let sample = rows.max(by: { $0.attempts < $1.attempts }), let table = TextTable(sample) {
            Swift.print("\nA job, as it was seen; its row has \(sample.context ?? "no variables")\n\(table)\n")
        }
        for line in wrongValues.prefix(10) { Swift.print("wrong: \(line)") }
        if wrongValues.count > 10 { Swift.print("… and \(wrongValues.count - 10) more") }
        let seconds = String(format: "%.1f", duration / .seconds(1))
        Swift.print("\(seconds) s, \(cutOff.reduce(0, +)) jobs cut off by SIGKILL, and begun again")
        Swift.print("\(planned) jobs, \(wrongValues.count) wrong values")
    }
}
