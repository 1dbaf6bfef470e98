// SPDX-License-Identifier: Apache-2.0
import PersistentCollections

/// Versions of a map, each with its model, and the operations on them.
struct Program {
    struct Version {
        var map = HAMT<Key, Value>()
        var model: [Key: Value] = [:]
    }

    private var versions = [Version(), Version(), Version(), Version()]
    private var number = 0

    /// Runs one operation on one of the versions; what the input doesn't say is 0.
    mutating func run(_ operation: UInt8, _ input: inout Input) {
        number += 1
        let index = Int(operation >> 6)
        let other = versions[Int(operation >> 4 & 3)]
        let key = Key(input.next() ?? 0, input.next() ?? 0)
        var version = versions[index]
        // Half of the edits are of the only copy.
        if number & 1 == 0 { versions[index] = Version() }
        edit(&version, operation & 15, key, other)
        versions[index] = version
        check(version)
    }

    private func edit(_ version: inout Version, _ operation: UInt8, _ key: Key, _ other: Version) {
        let value = [number]
        switch operation {
        case 0:
            expect(version.map.updateValue(value, forKey: key) == version.model.updateValue(value, forKey: key))
        case 1:
            version.map = version.map.inserting(value, forKey: key)
            version.model[key] = value
        case 2: expect(version.map.removeValue(forKey: key) == version.model.removeValue(forKey: key))
        case 3:
            version.map = version.map.removingValue(forKey: key)
            version.model[key] = nil
        case 4:
            version.map[key]?.append(number)
            version.model[key]?.append(number)
        case 5:
            version.map[key, default: []].append(number)
            version.model[key, default: []].append(number)
        case 6: expect(takeOut(&version.map[key]) == takeOut(&version.model[key]))
        case 7:
            for next in 0..<UInt8(20) {
                let neighbour = Key(next, UInt8(truncatingIfNeeded: key.id))
                version.map[neighbour] = value
                version.model[neighbour] = value
            }
        // What needs no key is chosen by its bits.
        case 8: replace(&version, key, value, other)
        case 9...14: combine(&version, operation, key, other)
        default:
            lookUp(version, key)
            compare(version, other)
            if key.id & 7 == 0 { encode(version) }
        }
    }

    private func takeOut(_ value: inout Value?) -> Value? { value.take() }

    private func check(_ version: Version) {
        let violations = version.map.invariantViolations()
        if !violations.isEmpty { fatalError("\(violations)\n\(version.map.dumpDescription)") }
        expect(version.map.count == version.model.count && version.map.isEmpty == version.model.isEmpty)
    }

    /// Checks all that the versions hold.
    func checkAll() {
        for version in versions {
            expect(version.map.allSatisfy { version.model[$0.key] == $0.value })
            expect(version.model.allSatisfy { version.map[$0.key] == $0.value })
            var count = 0
            version.map.forEachEntry { _, _ in count += 1 }
            expect(count == version.model.count)
        }
    }

    func expect(_ isTrue: Bool, _ file: String = #fileID, _ line: Int = #line) {
        if !isTrue { fatalError("\(file):\(line): the map is not what its model is") }
    }
}
