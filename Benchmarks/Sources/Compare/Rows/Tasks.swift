import ContextVars

/// Starting tasks.
enum Tasks {
    static let rows = [
        Row("Task { }.value, a context current", against: "the same without the library", bar: 1.05) {
            Sides(
                ours: { meter in
                    try await Context().run {
                        try Variables.number.set(1)
                        await startTasks(meter)
                    }
                },
                peer: { await startTasks($0) })
        }
    ]

    private nonisolated(nonsending) static func startTasks(_ meter: Meter) async {
        await meter.measure { iterations in
            for iteration in 0..<iterations { await Task { keep(iteration) }.value }
        }
    }
}
