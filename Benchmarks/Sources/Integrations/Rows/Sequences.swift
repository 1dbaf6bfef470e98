// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness

/// Elements of asynchronous sequences.
enum Sequences {
    static let element = "one element of sequence.inContext"

    static let rows = [
        Row(element, against: "of the base", bar: 1.5) {
            Sides(
                ours: { meter in
                    try await Variables.withAll {
                        try await meter.measure { iterations in
                            for try await element in stream(of: iterations).inContext(.current) { keep(element) }
                        }
                    }
                },
                peer: { meter in
                    try await Variables.withAll {
                        try await meter.measure { iterations in
                            for try await element in stream(of: iterations) { keep(element) }
                        }
                    }
                })
        }
    ]

    /// A sequence that has its elements ready, as a stream that is read slower than it is written.
    private static func stream(of count: Int) -> AsyncStream<Int> {
        AsyncStream { continuation in
            for number in 0..<count { continuation.yield(number) }
            continuation.finish()
        }
    }
}
