// SPDX-License-Identifier: Apache-2.0
import TestSupport

typealias SeededGenerator = SplitMix64

/// The seed of all random tests in this run.
let testSeed = TestSupport.testSeed
