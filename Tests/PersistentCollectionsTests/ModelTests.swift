// SPDX-License-Identifier: Apache-2.0
import PersistentCollections
import TestSupport
import Testing

/// Random edits of several versions of a map, each beside a dictionary that tells what it should hold.
@Suite struct ModelTests {
    typealias Map = HAMT<ChosenKey, Int>

    struct Version {
        var map = Map()
        var model: [Int: Int] = [:]
    }

    /// Runs `operations` edits on short-lived pools of versions; checks the invariants after each.
    private func run(_ hashing: Hashing, keys: Int, sequence: Int, operations: Int, checkEvery: Int = 1) {
        var random = SplitMix64(state: testSeed &+ UInt64(keys))
        let pool = (0..<keys).map(hashing.key)
        var done = 0
        while done < operations {
            var versions = [Version()]
            for _ in 0..<sequence {
                done += 1
                let id = random.below(keys)
                let key = pool[id]
                let value = done
                let current = random.below(versions.count)
                let kind = random.below(16)
                // Work on the only copy where the version is not kept: in-place edits are half of what is tested.
                var version = versions[current]
                if kind & 1 == 0 { versions[current] = Version() }
                edit(&version, kind >> 1, key, id, value)
                if kind & 1 == 0 {
                    versions[current] = version
                } else if versions.count < 4 {
                    versions.append(version)
                } else {
                    versions[random.below(4)] = version
                }
                if done % checkEvery == 0 {
                    let violations = version.map.invariantViolations()
                    guard violations.isEmpty, version.map.count == version.model.count else {
                        Issue.record(
                            "\(hashing), seed \(testSeed), step \(done): \(violations)\n\(version.map.dumpDescription)")
                        return
                    }
                }
            }
            for version in versions { expectSame(version) }
        }
    }

    private func edit(_ version: inout Version, _ kind: Int, _ key: ChosenKey, _ id: Int, _ value: Int) {
        switch kind {
        case 0, 1:
            let old = version.map.updateValue(value, forKey: key)
            let expected = version.model.updateValue(value, forKey: id)
            if old != expected { Issue.record("updateValue returned \(old as Any), not \(expected as Any)") }
        case 2, 3:
            version.map = version.map.inserting(value, forKey: key)
            version.model[id] = value
        case 4, 5:
            let old = version.map.removeValue(forKey: key)
            let expected = version.model.removeValue(forKey: id)
            if old != expected { Issue.record("removeValue returned \(old as Any), not \(expected as Any)") }
        case 6:
            version.map = version.map.removingValue(forKey: key)
            version.model[id] = nil
        default:
            version.map[key, default: 0] += value
            version.model[id, default: 0] += value
        }
        if version.map[key] != version.model[id] { Issue.record("wrong value after edit \(kind)") }
    }

    private func expectSame(_ version: Version) {
        var seen = 0
        for (key, value) in version.map {
            seen += 1
            if version.model[key.id] != value { Issue.record("iteration gave a wrong value for \(key)") }
        }
        if seen != version.model.count { Issue.record("iteration gave \(seen) of \(version.model.count)") }
    }

    @Test(arguments: Hashing.allCases)
    func `In small maps`(_ hashing: Hashing) {
        run(hashing, keys: 12, sequence: 60, operations: 130_000)
    }

    /// Five in eight edits insert, so there are mostly some 16 entries: maps become small and large all the time.
    @Test(arguments: Hashing.allCases)
    func `In maps between small and large`(_ hashing: Hashing) {
        run(hashing, keys: 26, sequence: 100, operations: 60_000)
    }

    @Test(arguments: [Hashing.good, .sequential, .pairsCollide, .topBitsOnly])
    func `In maps of some dozens`(_ hashing: Hashing) {
        run(hashing, keys: 100, sequence: 1_000, operations: 40_000, checkEvery: 4)
    }

    @Test(arguments: [Hashing.good, .sequential, .pairsCollide])
    func `In large maps`(_ hashing: Hashing) {
        run(hashing, keys: 8_000, sequence: 30_000, operations: 60_000, checkEvery: 20_000)
    }
}
