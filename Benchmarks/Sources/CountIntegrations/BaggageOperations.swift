// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsTracing
import Counting
import Tracing

/// Headers of requests, read and written.
enum BaggageOperations {
    static let all = [
        Operation("Baggage.parse of seven members") { meter in
            try meter.count { iterations in
                for _ in 0..<iterations { keep(Baggage.parse(header).baggage) }
            }
        },
        Operation("extract two of seven members") { meter in
            try extract(["baggage": header], with: instrument(), meter)
        },
        Operation("extract where the request has no header") { meter in try extract([:], with: instrument(), meter) },
        Operation("extract where nothing is declared") { meter in
            try extract(["baggage": header], with: BaggageInstrument([]), meter)
        },
        Operation("inject two") { meter in
            let instrument = try instrument()
            try Variables.withAll {
                try meter.count { iterations in
                    for _ in 0..<iterations {
                        var carrier: [String: String] = [:]
                        instrument.inject(.topLevel, into: &carrier, using: Carrier())
                        keep(carrier)
                    }
                }
            }
        },
    ]

    private static let header = "tenant=acme,user=71234567,a=1,b=2,c=3,serverNode=DF%2028,isProduction=false;meta"

    private static func instrument() throws -> BaggageInstrument {
        BaggageInstrument([
            try BaggageEntry("tenant", Variables.tenant), try BaggageEntry("user", Variables.user),
        ])
    }

    @SingleThread
    private static func extract(
        _ carrier: [String: String], with instrument: BaggageInstrument, _ meter: Meter
    ) throws {
        try meter.count { iterations in
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
