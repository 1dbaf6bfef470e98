// SPDX-License-Identifier: Apache-2.0
import CMeasure
import ContextVars
import ContextVarsDiagnostics
import Harness

/// What it costs that what happens to contexts is recorded.
enum Recorder {
    static let rows = [
        Row("recorder: price of an event, set and reset", against: "100 ns", bar: 1) {
            Sides(ours: { try price($0, of: setAndReset) }, peer: { hundredNanoseconds($0) })
        },
        Row("recorder: price of an event, a scope made, entered and left", against: "100 ns", bar: 1) {
            Sides(ours: { try price($0, of: scope) }, peer: { hundredNanoseconds($0) })
        },
        Row("recorder: price of an event, a snapshot", against: "100 ns", bar: 1) {
            Sides(ours: { try price($0, of: snapshot) }, peer: { hundredNanoseconds($0) })
        },
    ]

    /// How many operations are measured at once; several fill the ring.
    private static let depth = 1_000

    /// An operation, and how many events it is.
    private typealias Operation = (events: Int, run: () throws -> Void)

    private static var setAndReset: Operation { (2, { try Variables.number.reset(Variables.number.set(2)) }) }
    private static var scope: Operation { (2, { Variables.number.withValue(2) { keep(2) } }) }
    private static var snapshot: Operation { (1, { keep(ContextSnapshot.current) }) }

    /// What an operation takes more for each event while it is recorded.
    private static func price(_ meter: Meter, of operation: Operation) throws {
        try Context().run {
            try Variables.number.set(1)
            var price = 0.0
            for _ in 0..<meter.iterations {
                let plain = try time(operation.run)
                ContextRecorder.start()
                let recorded = try time(operation.run)
                ContextRecorder.stop()
                price += recorded - plain
            }
            meter.record(max(price, 0), operations: meter.iterations * depth * operation.events)
        }
    }

    private static func time(_ run: () throws -> Void) rethrows -> Double {
        try run()
        let start = measure_now()
        for _ in 0..<depth { try run() }
        return Double(measure_now() - start)
    }

    private static func hundredNanoseconds(_ meter: Meter) {
        meter.record(100 * Double(meter.iterations * depth), operations: meter.iterations * depth)
    }
}
