// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Counting

enum Variables {
    static let number = ContextVar("number", default: 0)
    static let text = ContextVar("text", default: "")

    static func useOnce() {
        ContextSnapshot().run { keep(number.get()) }
    }
}

/// Reading and changing variables, and what runs in contexts.
enum ContextOperations {
    static let all = [
        inContext("get") { iterations in
            for _ in 0..<iterations { keep(Variables.number.get()) }
        },
        Operation("get without a context") { meter in
            try meter.count { iterations in
                for _ in 0..<iterations { keep(Variables.number.get()) }
            }
        },
        inContext("get of a String") { iterations in
            for _ in 0..<iterations { keep(Variables.text.get()) }
        },
        inContext("set then reset") { iterations in
            for iteration in 0..<iterations {
                let token = try Variables.number.set(iteration)
                try Variables.number.reset(token)
            }
        },
        inContext("set after a snapshot") { iterations in
            for iteration in 0..<iterations {
                let snapshot = ContextSnapshot.current
                try Variables.number.set(iteration)
                keep(snapshot)
            }
        },
        inContext("withValue around a read") { iterations in
            for iteration in 0..<iterations {
                Variables.number.withValue(iteration) { keep(Variables.number.get()) }
            }
        },
        Operation("context.run") { meter in
            let context = Context()
            try meter.count { iterations in
                for iteration in 0..<iterations {
                    try context.run { keep(iteration) }
                }
            }
        },
        inContext("snapshot") { iterations in
            for _ in 0..<iterations { keep(ContextSnapshot.current) }
        },
        Operation("snapshot.run") { meter in
            let snapshot = ContextSnapshot().with(Variables.number, 1)
            try meter.count { iterations in
                for iteration in 0..<iterations {
                    snapshot.run { keep(iteration) }
                }
            }
        },
        Operation("Task { }.value") { meter in
            try await Context().run {
                try Variables.number.set(1)
                try await meter.count { @SingleThread iterations in
                    for iteration in 0..<iterations { await Task { @SingleThread in keep(iteration) }.value }
                }
            }
        },
    ]

    /// A loop that runs in a context with two variables set.
    private static func inContext(
        _ name: String, _ loop: @escaping @SingleThread (_ iterations: Int) throws -> Void
    ) -> Operation {
        Operation(name) { meter in
            try Context().run {
                try Variables.number.set(1)
                // A string that is on the heap, as most are that come with a request.
                try Variables.text.set("7f9c24e5-0f1b-4d0e-a5ea-1c9a1f0f4a11")
                try meter.count(loop)
            }
        }
    }
}
