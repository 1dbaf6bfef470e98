// SPDX-License-Identifier: Apache-2.0
import Benchmark

/// All benchmarks of this target, as the harness finds them.
let benchmarks: @Sendable () -> Void = {
    contextBenchmarks()
    mapBenchmarks()
}
