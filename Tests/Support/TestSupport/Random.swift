// SPDX-License-Identifier: Apache-2.0
import Foundation

/// SplitMix64: a random number generator that is small, the same on every platform, and repeats its numbers for a seed.
package struct SplitMix64: RandomNumberGenerator {
    package var state: UInt64

    package init(state: UInt64) {
        self.state = state
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; a little biased, but quick in debug builds.
    package mutating func below(_ limit: Int) -> Int {
        Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(limit)) >> 32)
    }
}

/// The seed of all random tests in this run: `CONTEXTVARS_TEST_SEED` from the environment, or a new one.
///
/// Printed once.
package let testSeed: UInt64 = {
    let given = ProcessInfo.processInfo.environment["CONTEXTVARS_TEST_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
    print("CONTEXTVARS_TEST_SEED=\(seed)")
    return seed
}()
