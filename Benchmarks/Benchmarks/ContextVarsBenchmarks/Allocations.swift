// SPDX-License-Identifier: Apache-2.0
import Benchmark
import CMeasure

extension BenchmarkMetric {
    /// Blocks that one operation allocates, in thousandths.
    ///
    /// Counted by the process's own malloc, since the harness's count needs an interposer that this package does
    /// without. Unlike times, the figure is the same in each run, so it has thresholds.
    static let allocations = BenchmarkMetric.custom("Allocations per 1,000 operations", useScalingFactor: false)
}

extension Benchmark {
    /// Measures a loop, then counts the allocations of a thousand further iterations.
    func measure(_ operations: (Range<Int>) throws -> Void) rethrows {
        startMeasurement()
        try operations(scaledIterations)
        stopMeasurement()

        measure_start_counting_heap()
        try operations(0..<1000)
        measurement(.allocations, Int(measure_stop_counting_heap().allocations))
    }

    /// A benchmark with the metrics of this package.
    static func configuration() -> Configuration {
        Configuration(
            metrics: [.wallClock, .instructions, .allocations], warmupIterations: 2, scalingFactor: .kilo,
            maxDuration: .milliseconds(500), maxIterations: 100)
    }
}
