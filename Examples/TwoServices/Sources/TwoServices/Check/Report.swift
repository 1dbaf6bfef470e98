// SPDX-License-Identifier: Apache-2.0
import ExampleSupport
import Foundation

/// What the check found in all answers together.
struct Report: Sendable {
    let planned: Int
    private var answered = 0
    private var places = 0
    private var wrongValues: [String] = []
    private var failures: [String] = []
    private var expectedRejections: [PlannedRequest.Target: Int] = [:]
    private var hostile = 0
    private var rejections = 0
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
            places += verdict.hops.count
            wrongValues += verdict.wrongValues.map(\.description)
            if let header = verdict.request.hostile {
                hostile += 1
                expectedRejections[verdict.request.target, default: 0] += header.isRejected ? 1 : 0
            }
            if sample.map({ verdict.isBetterSample(than: $0) }) ?? true { sample = verdict }
        case .failed(let request, let reason):
            failures.append("failed: request \(request.id) to the \(request.target): \(reason)")
        }
    }

    /// Compares what each service has rejected with what was sent to it.
    mutating func finish(rejectedBy counts: [PlannedRequest.Target: Int]) {
        duration = start.duration(to: .now)
        for (service, count) in counts {
            rejections += count
            let expected = expectedRejections[service, default: 0]
            if count != expected {
                wrongValues.append("wrong: the \(service) rejected \(count) headers, expected \(expected)")
            }
        }
    }

    /// Prints what is wrong, a request to look at, and one line to compare with others; that line is the last.
    func print() {
        if let sample {
            Swift.print("\nOne request, as it was seen:\n\(TextTable(sample))")
        }
        show(failures)
        show(wrongValues)
        if answered < planned {
            Swift.print("\(planned - answered) of \(planned) requests got no answer")
        }
        let seconds = duration / .seconds(1)
        Swift.print(
            String(format: "%.1f s, %.0f requests a second, ", seconds, Double(answered) / seconds)
                + "\(places) places, each with its log line and span, \(hostile) hostile headers")
        Swift.print(
            "\(answered) requests, 2 services, \(wrongValues.count) wrong values, \(rejections) rejected headers")
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

extension Verdict {
    /// Something wrong is worth showing, and of the rest the first.
    fileprivate func isBetterSample(than other: Verdict) -> Bool {
        let isWrong = !wrongValues.isEmpty
        let otherIsWrong = !other.wrongValues.isEmpty
        return isWrong == otherIsWrong ? request.number < other.request.number : isWrong
    }
}
