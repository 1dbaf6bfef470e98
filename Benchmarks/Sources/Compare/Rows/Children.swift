// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness

/// Structured children: reading their parent's context, and starting them.
enum Children {
    static let rows: [Row] = ReadValue.allCases.flatMap(reads) + [inOwnScope] + starts + writes

    /// How many reads a sibling does before it looks whether it should end.
    private static let chunk = 1000

    private static func reads(_ value: ReadValue) -> [Row] {
        let bar =
            switch value {
            case .number: Build.bar(1.3, plain: 1.6)
            case .text: Build.bar(1.0, plain: 1.2)
            }
        let besideReader = Places.besideSibling { value.read(times: chunk) }
        let besideTaskLocalReader = Places.besideSibling { value.readTaskLocal(times: chunk) }
        return [
            besideTaskLocal("an async let child", value, bar: bar, Places.asyncLet),
            besideTaskLocal("a group child", value, bar: bar, Places.groupChild),
            besideTaskLocal("a child of a child, 8 deep", value, bar: bar, Places.nested(8)),
            Row("get of \(value.rawValue) in a child while a sibling reads too", against: "one child alone", bar: 1.1) {
                Sides(ours: inContext(value, besideReader), peer: inContext(value, Places.groupChild))
            },
            Row(
                "get of \(value.rawValue) in a child while a sibling reads too", against: "TaskLocal.get there",
                bar: bar
            ) {
                Sides(ours: inContext(value, besideReader), peer: bound(value, besideTaskLocalReader))
            },
            Row("get of \(value.rawValue) in a child while its parent sets", against: "one child alone", bar: nil) {
                Sides(
                    ours: inContext(value, Places.besideParent { setSome(value) }),
                    peer: inContext(value, Places.asyncLet))
            },
        ]
    }

    /// A child that has bound something is the owner of a context, as its parent is.
    private static let inOwnScope = Row(
        "get of Int in a child, in a withValue of its own", against: "TaskLocal.get there", bar: 1.0
    ) {
        Sides(
            ours: inContext(.number) { batch, loop in
                try await Places.asyncLet(batch) { meter in
                    try Variables.text.withValue(requestID) { try loop(meter) }
                }
            },
            peer: bound(.number) { batch, loop in
                try await Places.asyncLet(batch) { meter in
                    try Locals.$text.withValue(requestID) { try loop(meter) }
                }
            })
    }

    private static func besideTaskLocal(
        _ name: String, _ value: ReadValue, bar: Double?, _ place: @escaping Place
    ) -> Row {
        Row("get of \(value.rawValue) in \(name)", against: "TaskLocal.get there", bar: bar) {
            Sides(ours: inContext(value, place), peer: bound(value, place))
        }
    }

    private static func inContext(_ value: ReadValue, _ place: @escaping Place) -> Side {
        { meter in
            try await value.inContext {
                meter.record(perOperation: try await place(meter.batch) { value.read($0) })
            }
        }
    }

    private static func bound(_ value: ReadValue, _ place: @escaping Place) -> Side {
        { meter in
            try await value.bound {
                meter.record(perOperation: try await place(meter.batch) { value.readTaskLocal($0) })
            }
        }
    }
}

// MARK: - The owner, which has lent its context

extension Children {
    private static let writes = [
        Row("set by the owner after a child has read", against: "set before", bar: nil) {
            Sides(
                ours: settingInContext { batch, loop in
                    async let read: Void = ReadValue.number.read(times: 1)
                    await read
                    return try batch.measure(loop)
                },
                peer: settingInContext { batch, loop in try batch.measure(loop) })
        },
        Row("set by the owner while a child reads", against: "set without a child", bar: nil) {
            Sides(
                ours: settingInContext(Places.withBusyChild { ReadValue.number.read(times: chunk) }),
                peer: settingInContext { batch, loop in try batch.measure(loop) })
        },
    ]

    private static func settingInContext(_ place: @escaping Place) -> Side {
        { meter in
            try await ReadValue.number.inContext {
                meter.record(perOperation: try await place(meter.batch, measureSets))
            }
        }
    }

    private static let measureSets: @Sendable (Meter) throws -> Void = { meter in
        try meter.measure { iterations in
            for iteration in 0..<iterations { try Variables.number.set(iteration) }
        }
    }

    private static func setSome(_ value: ReadValue) {
        do {
            for number in 0..<chunk {
                switch value {
                case .number: try Variables.number.set(number)
                case .text: try Variables.text.set(requestID)
                }
            }
        } catch {
            fatalError("The owner can't set its variable: \(error)")
        }
    }
}

// MARK: - Starting

extension Children {
    private static let starts = [
        Row("addTask(context:), then next", against: "addTask in the same place", bar: 1.15) {
            Sides(
                ours: inGroup { group, iteration in group.addTask(context: .current) { keep(iteration) } },
                peer: inGroup { group, iteration in group.addTask { keep(iteration) } })
        },
        Row("100 group children that read once", against: "the same with TaskLocal", bar: 1.05) {
            Sides(
                ours: { meter in
                    try await ReadValue.number.inContext {
                        await startHundreds(meter) { keep(Variables.number.get()) }
                    }
                },
                peer: { meter in
                    await ReadValue.number.bound { await startHundreds(meter) { keep(Locals.number) } }
                })
        },
        // The runtime copies what was bound in the body of a group, for each child.
        Row("100 group children that read once, withValue in the group", against: "the same with TaskLocal", bar: nil) {
            Sides(
                ours: { meter in
                    try await ReadValue.number.inContext {
                        await runGroups(meter) { group in
                            Variables.number.withValue(2) { add(to: &group) { keep(Variables.number.get()) } }
                        }
                    }
                },
                peer: { meter in
                    await ReadValue.number.bound {
                        await runGroups(meter) { group in
                            Locals.$number.withValue(2) { add(to: &group) { keep(Locals.number) } }
                        }
                    }
                })
        },
    ]

    /// Adds one child after another in the body of a task group, in a context.
    private static func inGroup(
        _ add: @escaping @Sendable (inout TaskGroup<Void>, _ iteration: Int) -> Void
    ) -> Side {
        { meter in
            try await ReadValue.number.inContext {
                await withTaskGroup { group in
                    await meter.measure { iterations in
                        for iteration in 0..<iterations {
                            add(&group, iteration)
                            await group.next()
                        }
                    }
                }
            }
        }
    }

    private nonisolated(nonsending) static func startHundreds(
        _ meter: Meter, _ read: @escaping @Sendable () -> Void
    ) async {
        await runGroups(meter) { group in add(to: &group, read) }
    }

    private nonisolated(nonsending) static func runGroups(
        _ meter: Meter, _ body: @Sendable (inout TaskGroup<Void>) -> Void
    ) async {
        await meter.measure { iterations in
            for _ in 0..<iterations {
                await withTaskGroup { group in body(&group) }
            }
        }
    }

    private static func add(to group: inout TaskGroup<Void>, _ read: @escaping @Sendable () -> Void) {
        for _ in 0..<100 { group.addTask { read() } }
    }
}
