// SPDX-License-Identifier: Apache-2.0
import ExampleSupport

extension TextTable {
    /// The places of a request, with the values that each has seen.
    init(_ verdict: Verdict) {
        let wrong = Set(verdict.wrongValues.map(\.place))
        let rows = verdict.hops.map { hop in
            let place = "\(hop.service)/\(hop.place)"
            let values = hop.variables
            return [
                place, values.requestID ?? "nil", values.tenant ?? "nil", values.deadline ?? "nil",
                values.language ?? "nil", values.user ?? "nil",
                (hop.traceID ?? "nil") + (wrong.contains(place) ? "   <- wrong" : ""),
            ]
        }
        self.init([["place", "request-id", "tenant", "deadline", "language", "user", "trace"]] + rows)
    }
}
