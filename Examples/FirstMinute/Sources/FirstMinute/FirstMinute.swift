// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One order, and then many at once, through everything that Swift runs code on.
@main
struct FirstMinute {
    static func main() async throws {
        let options: Options
        do {
            options = try Options(CommandLine.arguments.dropFirst())
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(64)
        }
        if options.showsHelp {
            print(Options.help)
            return
        }
        let style = Style(wantsColor: options.wantsColor)

        let shown = try await Work(order: "A-1042", forgetsSnapshot: options.forgetsSnapshot).run()
        show(shown, order: "A-1042", style)

        let start = ContinuousClock.now
        let verdicts = try await [Verdict(shown, order: "A-1042")] + manyAtOnce(options)
        let milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
        let wrong = verdicts.flatMap(\.wrong)
        for line in wrong.prefix(10) { print(style.red("wrong: \(line)")) }
        if wrong.count > 10 { print(style.red("… and \(wrong.count - 10) more")) }
        print("The same for \(options.orders) more orders at once: \(milliseconds) ms")
        let last = "\(verdicts.count * Expectation.places) places, \(wrong.count) wrong"
        print(style.bold(wrong.isEmpty ? style.green(last) : style.red(last)))
        if !wrong.isEmpty { exit(1) }
    }

    /// Were values mixed up, these orders would see each other's.
    private static func manyAtOnce(_ options: Options) async throws -> [Verdict] {
        try await withThrowingTaskGroup(of: Verdict.self) { group in
            for number in 0..<options.orders {
                group.addTask {
                    let order = "B-\(number)"
                    let work = Work(order: order, forgetsSnapshot: options.forgetsSnapshot)
                    return Verdict(try await work.run(), order: order)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func show(_ work: Place, order: String, _ style: Style) {
        print("One order, set once, and what each place sees of it:\n")
        for line in PlaceTree(order: order, style: style).lines(work) { print(line) }
        print()
        for place in work.all {
            guard let remark = place.remark else { continue }
            print("\(style.yellow("✗ \(place.name)")): reads the default, never another order's value. set throws:")
            for line in wrapped(remark, to: 76) { print("  \(style.dim(line))") }
            print()
        }
    }
}
