// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// What one place of the work saw, and the places that it went on to.
struct Place: Sendable {
    let name: String
    let taskLocal: String?
    let contextVar: String?
    /// From the line that sent the work here to its arrival.
    let time: Duration
    /// What had to be written to bring the context variable here; nothing where Swift's concurrency does it.
    let code: String
    var remark: String?
    private(set) var children: [Place] = []

    /// Reads both variables right here, on the task or thread that runs this.
    static func here(
        _ name: String, since left: ContinuousClock.Instant,
        taskLocal: @autoclosure () -> String? = Order.taskLocalID, contextVar: ContextVar<String?> = Order.id,
        code: String = ""
    ) -> Place {
        let time = left.duration(to: .now)
        return Place(name: name, taskLocal: taskLocal(), contextVar: contextVar.get(), time: time, code: code)
    }

    func leading(to children: [Place]) -> Place {
        var place = self
        place.children = children
        return place
    }

    /// This place and all that it leads to.
    var all: [Place] { [self] + children.flatMap(\.all) }
}
