import Foundation

/// SplitMix64: small, and the same on every platform.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number below `limit`; a little biased, but quick in debug builds.
    mutating func below(_ limit: Int) -> Int {
        Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(limit)) >> 32)
    }
}

/// The seed of all random tests in this run: `HAMT_TEST_SEED` from the environment, or a new one.
///
/// Printed once.
let testSeed: UInt64 = {
    let given = ProcessInfo.processInfo.environment["HAMT_TEST_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
    print("HAMT_TEST_SEED=\(seed)")
    return seed
}()
