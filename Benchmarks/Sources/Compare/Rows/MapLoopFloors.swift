// SPDX-License-Identifier: Apache-2.0
import Harness
import HashTreeCollections
import PersistentCollections

// What the operations of `MapLoop` can't do without: their rows have no bar.

/// The value of a key that is a number.
enum NumberLookup: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let numbers = fixture.lookupKeys.map(\.number)
        let map = HAMT(uniqueKeysWithValues: numbers.map { ($0, $0) })
        meter.measure { for key in numbers.around($0) { keep(map[key] ?? 0) } }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let numbers = fixture.lookupKeys.map(\.number)
        let map = TreeDictionary(uniqueKeysWithValues: numbers.map { ($0, $0) })
        meter.measure { for key in numbers.around($0) { keep(map[key] ?? 0) } }
    }
}

/// Keys and values, one behind the other: a key counted and released, and blocks that are outgrown.
enum ArrayBuild: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        _ = meter.measure(per: fixture.keys.count) { iterations in
            (0..<iterations).map { _ in
                var array: [(Key, Int)] = []
                for (value, key) in fixture.keys.enumerated() { array.append((key, value)) }
                return array
            }
        }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) { MapBuild.peer(fixture, meter) }
}

/// An element of an array of lists, which the length of a key says: two checks that nobody shares it.
enum ArrayAppend: MapBenchmark {
    static func ours(_ fixture: MapFixture<String>, _ meter: Meter) {
        let keys = fixture.lookupKeys
        var lists = keys.map { _ in MapLoop.list() }
        meter.measure { for key in keys.around($0) { lists[key.utf8.count % lists.count].append(1) } }
        keep(lists.count)
    }

    static func peer(_ fixture: MapFixture<String>, _ meter: Meter) { ConcreteDefault.peer(fixture, meter) }
}

/// An entry at a place that is known, so that no key is hashed and nothing is looked for.
enum KnownPlaceAppend: MapBenchmark {
    static func ours(_ fixture: MapFixture<String>, _ meter: Meter) {
        let keys = Array(zip(fixture.lookupKeys, 0...))
        var entries = fixture.lookupKeys.map { (key: $0.forLookup, list: MapLoop.list()) }
        meter.measure {
            for (key, place) in keys.around($0) where entries[place].key == key { entries[place].list.append(1) }
        }
        keep(entries.count)
    }

    static func peer(_ fixture: MapFixture<String>, _ meter: Meter) { ConcreteDefault.peer(fixture, meter) }
}

/// The same where the place is looked up in a map that isn't edited.
enum LookupAppend: MapBenchmark {
    static func ours(_ fixture: MapFixture<String>, _ meter: Meter) {
        let keys = fixture.lookupKeys
        let places = HAMT(uniqueKeysWithValues: zip(fixture.keys, 0...))
        var lists = keys.map { _ in MapLoop.list() }
        meter.measure { for key in keys.around($0) { if let place = places[key] { lists[place].append(1) } } }
        keep(lists.count)
    }

    static func peer(_ fixture: MapFixture<String>, _ meter: Meter) { ConcreteDefault.peer(fixture, meter) }
}

/// An element of an array: two checks that nobody shares it, and a key counted and released.
enum ArrayNilAndBack: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        var array: [Key?] = fixture.keys
        meter.measure {
            for key in fixture.lookupKeys.around($0) {
                array[key.number] = nil
                array[key.number] = key
            }
        }
        keep(array.count)
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) { ConcreteNilAndBack.peer(fixture, meter) }
}

/// The same where the last element goes to its place, in arrays of up to sixteen, among which nothing is looked for.
enum ArrayRemovalAndBack: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let entries = fixture.keys.map { (key: $0, value: 1) }
        var arrays = stride(from: 0, to: entries.count, by: 16).map { Array(entries[$0...].prefix(16)) }
        meter.measure {
            for key in fixture.lookupKeys.around($0) {
                let group = key.number >> 4
                arrays[group].swapAt(key.number & 15, arrays[group].count - 1)
                arrays[group].removeLast()
                arrays[group].append((key, 1))
            }
        }
        keep(arrays.count)
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) { ConcreteNilAndBack.peer(fixture, meter) }
}

/// As many entries as the two nodes have that a replacement among 17 copies, in objects that refer to one more each: made as
/// the map's nodes are, without a superclass, and destroyed by code that knows all types.
enum TwoBlocks: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let (leaf, root) = (Block.make(16, fixture.keys[0]), Block.make(1, fixture.keys[1]))
        let map = fixture.ours
        meter.measure {
            for key in fixture.lookupKeys.around($0) {
                keep(map[key] ?? 0)
                keep(leaf.copy(16).firstWord &+ root.copy(1).firstWord)
            }
        }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) { MapReplace.peer(fixture, meter) }

    private final class Block {
        typealias Header = (words: (Int, Int, Int, Int), owner: Unmanaged<Key>)
        typealias Pointer = ManagedBufferPointer<Header, (UInt, Int)>

        var firstWord: Int { Pointer(unsafeBufferObject: self).header.words.0 }

        static func make(_ count: Int, _ owner: Key) -> Block {
            let header = ((1, 1, 1, 1), Unmanaged.passRetained(owner))
            return make(count, header) { $0.initialize(repeating: (0, 0), count: count) }
        }

        @inline(never) func copy(_ count: Int) -> Block {
            Pointer(unsafeBufferObject: self).withUnsafeMutablePointers { header, elements in
                _ = header.pointee.owner.retain()
                return Self.make(count, header.pointee) { $0.initialize(from: elements, count: count) }
            }
        }

        @inline(__always) private static func make(
            _ count: Int, _ header: Header, _ fill: (UnsafeMutablePointer<(UInt, Int)>) -> Void
        ) -> Block {
            let pointer = Pointer(bufferClass: Block.self, minimumCapacity: count) { _, _ in header }
            pointer.withUnsafeMutablePointerToElements(fill)
            return unsafeDowncast(pointer.buffer, to: Block.self)
        }

        deinit { Pointer(unsafeBufferObject: self).header.owner.release() }
    }
}
