#if Tracing
import Foundation

/// A random number generator that repeats its numbers for a seed.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The seed of all random tests in this run: `BAGGAGE_TEST_SEED` from the environment, or a new one.
///
/// Printed once.
let testSeed: UInt64 = {
    let given = ProcessInfo.processInfo.environment["BAGGAGE_TEST_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
    print("BAGGAGE_TEST_SEED=\(seed)")
    return seed
}()
#endif
