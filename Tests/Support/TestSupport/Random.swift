// SPDX-License-Identifier: Apache-2.0
import Foundation

extension SplitMix64 {
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
