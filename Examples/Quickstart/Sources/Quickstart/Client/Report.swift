// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the client found in all answers together.
struct Report: Sendable {
    let planned: Int
    private var answered = 0
    private var hops = 0
    private var wrongValues: [WrongValue] = []
    private var failures: [String] = []
    private var sample: Verdict?
    private let start = ContinuousClock.now
    private var duration = Duration.zero

    init(planned: Int) {
        self.planned = planned
    }

    var isClean: Bool {
        wrongValues.isEmpty && failures.isEmpty && answered == planned
    }

    mutating func add(_ outcome: Outcome) {
        switch outcome {
        case .answered(let verdict):
            answered += 1
            hops += verdict.hopCount
            wrongValues += verdict.wrongValues
            if sample == nil || (sample?.wrongValues.isEmpty == true && !verdict.wrongValues.isEmpty) {
                sample = verdict
            }
        case .failed(let request, let reason):
            failures.append("failed: request \(request.id): \(reason)")
        }
    }

    mutating func finish() {
        duration = start.duration(to: .now)
    }

    /// Prints what is wrong, a request to look at, and one line to compare with others; that line is the last.
    func print() {
        if let sample {
            Swift.print("\nOne request, as its hops saw it:\n\(HopTree(sample))")
        }
        show(failures)
        show(wrongValues.map(\.description))
        if answered < planned {
            Swift.print("\(planned - answered) of \(planned) requests got no answer")
        }
        let seconds = duration / .seconds(1)
        Swift.print(String(format: "%.1f s, %.0f requests a second", seconds, Double(answered) / seconds))
        Swift.print("\(answered) requests, \(hops) hops, \(wrongValues.count) wrong values")
    }

    private func show(_ lines: [String], atMost limit: Int = 10) {
        for line in lines.prefix(limit) {
            Swift.print(line)
        }
        if lines.count > limit {
            Swift.print("… and \(lines.count - limit) more")
        }
    }
}
