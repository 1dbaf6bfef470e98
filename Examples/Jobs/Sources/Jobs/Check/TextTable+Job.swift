// SPDX-License-Identifier: Apache-2.0
import ExampleSupport

extension TextTable {
    /// The places of a job, with the values that each has seen; `nil` for a job that isn't done.
    init?(_ job: Job) {
        guard let sightings = job.sightings else { return nil }
        let keys = ["request-id", "tenant", "language", "user", "attempt"]
        func cells(_ values: Values) -> [String] { keys.map { values.byKey[$0] ?? "nil" } }
        self.init([["place"] + keys] + sightings.map { [$0.place] + cells($0.variables) })
    }
}
