// SPDX-License-Identifier: Apache-2.0
/// The places of one order as a tree, with what each has seen.
struct PlaceTree {
    let order: String
    let style: Style

    private static let widths = (name: 38, value: 14, time: 10)

    func lines(_ root: Place) -> [String] {
        let header =
            padded("", to: Self.widths.name) + padded("@TaskLocal", to: Self.widths.value)
            + padded("ContextVar", to: Self.widths.value) + padded("arrived in", to: Self.widths.time, right: true)
            + "   you write"
        return [style.bold(header)] + lines(root, first: "", rest: "")
    }

    /// - Parameters:
    ///   - first: What comes before the place's name.
    ///   - rest: What comes before everything below it.
    private func lines(_ place: Place, first: String, rest: String) -> [String] {
        var lines = [line(place, prefix: first)]
        for (index, child) in place.children.enumerated() {
            let isLast = index == place.children.count - 1
            lines += self.lines(child, first: rest + (isLast ? "└─ " : "├─ "), rest: rest + (isLast ? "   " : "│  "))
        }
        return lines
    }

    private func line(_ place: Place, prefix: String) -> String {
        let expected = Expectation(for: place.name, order: order)
        let name = padded(place.name, to: Self.widths.name - prefix.count)
        return style.dim(prefix) + name + cell(place.taskLocal, isMeantToBeLost: false)
            + cell(place.contextVar, isMeantToBeLost: expected?.contextVar == nil)
            + style.dim(padded(format(place.time), to: Self.widths.time, right: true))
            + (place.code.isEmpty ? "" : "   \(place.code)")
    }

    private func cell(_ value: String?, isMeantToBeLost: Bool) -> String {
        guard let value else {
            let lost = padded("✗ lost", to: Self.widths.value)
            return isMeantToBeLost ? style.yellow(lost) : style.red(lost)
        }
        return style.green(padded("✓ \(value)", to: Self.widths.value))
    }

    private func format(_ time: Duration) -> String {
        let tenths = Int(time / .nanoseconds(100))
        return "\(tenths / 10).\(tenths % 10) µs"
    }
}
