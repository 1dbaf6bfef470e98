// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness
import HashTreeCollections
import PersistentCollections

/// CPython's own context variables, called from C.
enum CPythonRows {
    static let rows = [
        Row(
            "snapshot of the current context, taken and released", against: "PyContext_CopyCurrent + release",
            bar: Build.bar(0.8, static: 1.0, plain: 1.5)
        ) {
            Sides(ours: { try takeSnapshots($0) }, peer: peer("copy"))
        },
        Row("set then reset", against: "PyContextVar_Set + Reset + releases", bar: 0.8) {
            Sides(ours: { try SetReset.setAndReset($0) }, peer: peer("set-reset"))
        },
        Row("get", against: "PyContextVar_Get + release", bar: Build.bar(1.5, plain: 2.6)) {
            Sides(ours: { try Get.numberInContext($0) }, peer: peer("get"))
        },
        Row("bytes a context with 8 variables", against: "CPython", bar: 1, unit: .bytes) {
            Sides(ours: { try Memory.contextWithEightVariables($0) }, peer: peerBytes("contexts"))
        },
        Row("context.run (sync)", against: "PyContext_Enter + Exit", bar: nil) {
            Sides(ours: { try Scopes.runContext($0) }, peer: peer("enter-exit"))
        },
        Row("map lookup, identity keys, n = 1,000", against: "immutables.Map of PyPI, from C", bar: nil) {
            let fixture = MapFixture<Key>(count: 1000)
            return Sides(ours: { MapLookup.ours(fixture, $0) }, peer: peer("map-lookup"))
        },
        Row("map persistent replace, identity keys, n = 1,000", against: "immutables.Map of PyPI, from C", bar: nil) {
            let fixture = MapFixture<Key>(count: 1000)
            return Sides(ours: { MapReplace.ours(fixture, $0) }, peer: peer("map-replace"))
        },
    ]

    private static func takeSnapshots(_ meter: Meter) throws {
        let variables = makeVariables(8)
        try Context().run {
            for variable in variables { try variable.set(1) }
            meter.measure { iterations in
                for _ in 0..<iterations { keep(ContextSnapshot.current) }
            }
        }
    }

    private static func peer(_ operation: String) -> Side {
        { meter in
            let program = meter.quantity == .time ? CPython.clock : CPython.heap
            let answer = try await program.measure(operation, count: meter.iterations)
            meter.record(answer.ns ?? answer.allocations ?? .nan, operations: answer.operations ?? 1)
        }
    }

    private static func peerBytes(_ operation: String) -> Side {
        { meter in
            let answer = try await CPython.heap.measure(operation, count: 1000)
            meter.record(answer.liveBytes ?? .nan, operations: answer.operations ?? 1)
        }
    }
}
