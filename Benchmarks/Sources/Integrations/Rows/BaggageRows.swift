// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsTracing
import Harness
import Tracing

/// Headers of requests, read and written.
enum BaggageRows {
    static let extraction = "extract two of seven members, and a snapshot with them"
    static let injection = "inject two"

    static let rows = [
        Row("Baggage.parse, seven members, 80 bytes", within: 400) { meter in
            meter.measure { iterations in
                for _ in 0..<iterations { keep(Baggage.parse(baggageHeader).baggage) }
            }
        },
        Row(extraction, within: 800) { meter in
            try extract(["baggage": baggageHeader], with: Variables.baggage(), meter)
        },
        Row("extract where the request has no header", within: 100) { meter in
            try extract([:], with: Variables.baggage(), meter)
        },
        Row("extract where nothing is declared", within: 100) { meter in
            extract(["baggage": baggageHeader], with: BaggageInstrument([]), meter)
        },
        Row(injection, within: 400) { meter in
            let instrument = try Variables.baggage()
            try Variables.withAll {
                meter.measure { iterations in
                    for _ in 0..<iterations {
                        var carrier: [String: String] = [:]
                        instrument.inject(.topLevel, into: &carrier, using: Carrier())
                        keep(carrier)
                    }
                }
            }
        },
    ]

    private static func extract(_ carrier: [String: String], with instrument: BaggageInstrument, _ meter: Meter) {
        meter.measure { iterations in
            for _ in 0..<iterations {
                var context = ServiceContext.topLevel
                instrument.extract(carrier, into: &context, using: Carrier())
                keep(ContextSnapshot().receiving(from: context))
            }
        }
    }

    private struct Carrier: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }

        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
            carrier[key] = value
        }
    }
}
