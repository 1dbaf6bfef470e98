// SPDX-License-Identifier: Apache-2.0
import PersistentCollections
import TestSupport
import Testing

/// Keys that break the rules of `Hashable`: a map may lose them, or have one twice, but stays a map.
@Suite struct UnruledKeyTests {
    final class Value {
        let number: Int
        init(_ number: Int) { self.number = number }
    }

    private func empty(_ value: inout Value?) { value = nil }

    /// Whether a map gives back as many entries as it counts, each once, with its value.
    private func isSound<Key: Hashable & AnyObject>(_ map: HAMT<Key, Value>, _ number: (Key) -> Int) -> Bool {
        var seen = Set<ObjectIdentifier>()
        for (key, value) in map where number(key) == value.number { seen.insert(ObjectIdentifier(key)) }
        return seen.count == map.count
    }

    @Test(arguments: [37, 1000, 4096, 5_000_005, -1], [false, true])
    func `A key whose hash has changed does no harm to one that is put beside it`(hash: Int, byMerging: Bool) throws {
        var map = HAMT<ChosenObject, Value>()
        let keys = (0..<32).map { ChosenObject($0, hash: $0) }
        for key in keys { map[key] = Value(key.id) }
        let other = ChosenObject(1000, hash: 5)
        keys[5].hashValue = hash
        if byMerging {
            var others = HAMT<ChosenObject, Value>()
            for number in 32..<64 { others[ChosenObject(number, hash: number)] = Value(number) }
            others[other] = Value(1000)
            map.merge(others)
        } else {
            map[other] = Value(1000)
        }
        #expect(map[other]?.number == 1000)
        #expect(isSound(map, \.id))
        empty(&map[other])
        #expect(map[other] == nil)
        #expect(map.count == (byMerging ? 64 : 32))
        #expect(isSound(map, \.id))
    }

    @Test(arguments: [1029, 37, 5 | 1 << 40, 4096], [0, 1, 2, 3])
    func `A key whose hash has changed is edited or not in a map that shares its nodes`(hash: Int, edit: Int) {
        for count in [32, 48] {
            let keys = (0..<count).map { ChosenObject($0, hash: $0) }
            var map = HAMT<ChosenObject, Value>()
            for key in keys { map[key] = Value(key.id) }
            let copy = map
            keys[5].hashValue = hash
            switch edit {
            case 0: map.removeValue(forKey: keys[5])
            case 1: map = map.removingValue(forKey: keys[5])
            case 2: empty(&map[keys[5]])
            default: map[keys[5]]? = Value(5)
            }
            #expect(isSound(map, \.id))
            #expect(isSound(copy, \.id))
            #expect(copy.count == count)
            for key in keys where key.id != 5 { #expect(map[key]?.number == key.id) }
        }
    }

    @Test func `Hashes that change at each call leave a map whole`() {
        var random = SplitMix64(state: testSeed)
        for _ in 0..<200 {
            var maps = [HAMT<ChosenObject, Value>(), HAMT<ChosenObject, Value>()]
            let keys = (0..<48).map { ChosenObject($0, hash: $0) }
            for _ in 0..<300 {
                let key = keys.randomElement(using: &random)!
                let other = [Int(truncatingIfNeeded: random.next()), key.id | 1 << (10 + random.below(50))]
                key.hashValue = random.below(4) == 0 ? other[random.below(2)] : key.id
                let (one, another) = (random.below(2), random.below(2))
                switch random.below(7) {
                case 0: maps[one].removeValue(forKey: key)
                case 1: empty(&maps[one][key])
                case 2: maps[one].merge(maps[another])
                case 3: maps[one] = maps[one].filter { $0.key.id % 5 != 0 }
                case 4: maps[one] = maps[one].subtracting(maps[another].filter { $0.key.id % 3 == 0 }.keys)
                case 5: maps[one] = maps[another].inserting(Value(key.id), forKey: key)
                default: maps[one][key] = Value(key.id)
                }
                for map in maps { #expect(map.reduce(0) { count, _ in count + 1 } == map.count) }
            }
        }
    }

    /// A key that `==` compares wrongly at one call.
    final class MisjudgedKey: Hashable {
        let number: Int
        init(_ number: Int) { self.number = number }

        @TaskLocal static var judge = Judge(mistakenCall: -1)

        final class Judge: @unchecked Sendable {
            private var call = 0
            private let mistakenCall: Int
            init(mistakenCall: Int) { self.mistakenCall = mistakenCall }

            func isMistaken() -> Bool {
                call += 1
                return call == mistakenCall
            }
        }

        func hash(into hasher: inout Hasher) { hasher.combine(number / 2) }
        static func == (left: MisjudgedKey, right: MisjudgedKey) -> Bool {
            (left.number == right.number) != judge.isMistaken()
        }
    }

    @Test func `Merging asks once whether two keys are equal`() {
        for call in 1..<200 {
            var (map, other) = (HAMT<MisjudgedKey, Value>(), HAMT<MisjudgedKey, Value>())
            for number in 0..<40 {
                map[MisjudgedKey(number)] = Value(number)
                other[MisjudgedKey(number)] = Value(number)
            }
            MisjudgedKey.$judge.withValue(MisjudgedKey.Judge(mistakenCall: call)) { map.merge(other) }
            var seen = 0
            for (key, value) in map where abs(key.number - value.number) < 2 { seen += 1 }
            #expect(seen == map.count)
        }
    }

    @Test(arguments: [12, 40])
    func `Keys that are judged differently from call to call leave maps whole that share nodes`(count: Int) {
        for call in 1..<100 {
            var map = HAMT<MisjudgedKey, Value>()
            for number in 0..<count { map[MisjudgedKey(number)] = Value(number) }
            MisjudgedKey.$judge.withValue(MisjudgedKey.Judge(mistakenCall: call)) {
                for number in 0..<count {
                    let (copy, key) = (map, MisjudgedKey(number))
                    switch number % 6 {
                    case 0: empty(&map[key])
                    case 1: map.removeValue(forKey: key)
                    case 2: map = map.removingValue(forKey: key)
                    case 3: map[key, default: Value(0)] = Value(number)
                    case 4: map[key] = Value(number)
                    default: map[key]? = Value(number)
                    }
                    #expect(copy.count { (0..<count).contains($0.value.number) } == copy.count)
                }
            }
            #expect(map.count { (0..<count).contains($0.value.number) } == map.count)
        }
    }

    /// A key that is equal to others, to which it isn't equal.
    final class OneSidedKey: Hashable {
        let number: Int
        let isLeft: Bool

        init(_ number: Int, isLeft: Bool) {
            self.number = number
            self.isLeft = isLeft
        }

        func hash(into hasher: inout Hasher) { hasher.combine(number) }
        static func == (left: OneSidedKey, right: OneSidedKey) -> Bool {
            left === right || (left.number == right.number && !left.isLeft)
        }
    }

    @Test func `Maps merge whose keys are equal from one side only`() {
        var (map, other) = (HAMT<OneSidedKey, Int>(), HAMT<OneSidedKey, Int>())
        for number in 0..<20 {
            map[OneSidedKey(number, isLeft: true)] = number
            other[OneSidedKey(number, isLeft: false)] = -number
        }
        map.merge(other) { $0 + $1 }
        #expect(map.reduce(0) { count, _ in count + 1 } == map.count)
    }
}
