// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics
import CContextVarsFrames
import ContextVars
import Dispatch

/// What happens at a loss, on the thread that has it, and afterwards on a queue of this module.
///
/// The thread only counts, by addresses. The queue finds the lines, and reports each pair of lines once.
enum LossDetection {
    /// A loss as the thread knows it.
    private struct Key: Hashable {
        let variable: ObjectIdentifier
        let isSet: Bool
        let place: Place
        let handOver: Place?
        let watch: UInt64?
    }

    /// What tells one pair of lines from another.
    private struct Lines: Hashable {
        let variable: ObjectIdentifier
        let isSet: Bool
        let site: CallSite.Source?
        let address: UInt64
        let handOver: CallSite.Source?
        let watch: UInt64?
    }

    private struct State: Sendable {
        var limits = ContextLossDetector.Limits()
        var report: (@Sendable (ContextLoss) -> Void)?
        /// For each loss that the thread knows, its pair of lines, once the queue has found them.
        var known: [Key: Entry] = [:]
        var pairs: [Lines: Int] = [:]
        var losses: [(loss: ContextLoss, watch: UInt64?)] = []
        var unlisted = 0
        /// For the limit on rate.
        var second: UInt64 = 0
        var reportsInSecond = 0
        /// The number of starts: the queue throws away what belongs to an earlier one.
        var run = 0

        mutating func mayReport(at time: UInt64) -> Bool {
            let now = time / 1_000_000_000
            if now != second { (second, reportsInSecond) = (now, 0) }
            reportsInSecond += 1
            return reportsInSecond <= limits.reportsPerSecond
        }
    }

    private struct Entry {
        var count = 1
        var pair: Int?
    }

    private static let state = Locked(State())
    private static let queue = DispatchQueue(label: "contextvars.diagnostics", qos: .utility)

    static func begin(limits: ContextLossDetector.Limits, report: (@Sendable (ContextLoss) -> Void)?) {
        // The old state ends after the lock: what its report has captured may lose a value when it ends.
        let old = state.withLock { state in
            let old = state
            state = State(limits: limits, report: report, run: old.run + 1)
            return old
        }
        withExtendedLifetime(old) {}
    }

    // MARK: On the thread

    static func lost(_ variable: AnyContextVar, isSet: Bool) {
        let handOver = HandOver.current
        let watch = ContextLossDetector.currentWatch ?? handOver?.watch
        let key = Key(
            variable: ObjectIdentifier(variable), isSet: isSet, place: .here(), handOver: handOver?.place, watch: watch)
        let run: Int? = state.withLock { state in
            if state.known[key] != nil {
                state.known[key]!.count += 1
                if let pair = state.known[key]!.pair { state.losses[pair].loss.count += 1 }
                return nil
            }
            guard state.known.count < state.limits.places else {
                state.unlisted += 1
                return nil
            }
            state.known[key] = Entry()
            return state.run
        }
        guard let run else { return }
        let (time, runner) = (contextvars_nanoseconds(), Runner.current)
        // contextvars:ignore a report of a loss has no use for values
        queue.async {
            Observers.unobserved {
                list(key, variable: variable, handOver: handOver, time: time, runner: runner, run: run)
            }
        }
    }

    // MARK: On the queue

    private static func list(
        _ key: Key, variable: AnyContextVar, handOver: HandOver?, time: UInt64, runner: String, run: Int
    ) {
        let site = Symbols.site(of: key.place)
        let noted = handOver.map { ContextLoss.HandOver($0, variable: variable, lossAt: time) }
        let lines = Lines(
            variable: key.variable, isSet: key.isSet, site: site?.source,
            address: site?.source == nil ? site?.address ?? 0 : 0,
            handOver: noted?.site?.source, watch: key.watch)
        var loss = ContextLoss(
            variable: variable, operation: key.isSet ? .set : .read, site: site,
            backtrace: Symbols.backtrace(of: key.place), runner: runner, handOver: noted, count: 1)
        let report = state.withLock { state -> (@Sendable (ContextLoss) -> Void)? in
            guard state.run == run, let count = state.known[key]?.count else { return nil }
            if let pair = state.pairs[lines] {
                state.known[key]!.pair = pair
                state.losses[pair].loss.count += count
                return nil
            }
            loss.count = count
            let pair = state.losses.count
            state.known[key]!.pair = pair
            state.pairs[lines] = pair
            state.losses.append((loss, key.watch))
            return state.mayReport(at: contextvars_nanoseconds()) ? state.report : nil
        }
        report?(loss)
    }

    /// The losses until now.
    static func losses() -> [(loss: ContextLoss, watch: UInt64?)] {
        // Waits until what threads have found before this call is listed: the queue is serial.
        if !contextvars_is_diagnosing().pointee { queue.sync {} }
        return state.withLock { $0.losses }
    }

    static var unlisted: Int { state.withLock { $0.unlisted } }
}

extension ContextLoss.HandOver {
    fileprivate init(_ handOver: HandOver, variable: AnyContextVar, lossAt time: UInt64) {
        site = Symbols.site(of: handOver.place)
        boundary = handOver.name
        age = .nanoseconds(time > handOver.time ? time - handOver.time : 0)
        hadContext = handOver.values != nil
        let stored = handOver.values?.variables.first { $0.variable == variable }
        wasSet = stored != nil
        value = stored.flatMap { PrintedValue.of($0.variable, $0.value) }
        advice = handOver.advice
    }
}
