// SPDX-License-Identifier: Apache-2.0
// Takes the maps of two revisions by turns, row by row: see `Benchmarks/map-turns`.

import Foundation

/// A key with identity and a hash that costs nothing, numbered as context variables are.
final class Key: Hashable {
    let hashValue: Int

    init(_ number: Int) { hashValue = number }

    static func == (left: Key, right: Key) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(hashValue) }
}

/// A key with identity, hashed as most classes are.
final class Object: Hashable {
    let number: Int

    init(_ number: Int) { self.number = number }

    static func == (left: Object, right: Object) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

enum Name: Hashable {
    case numbered(Int), other
}

func uuid(_ number: Int) -> UUID {
    unsafeBitCast((UInt64(number) &* 0x9E37_79B9_7F4A_7C15, UInt64(number)), to: UUID.self)
}

/// Hands out elements one after the other, again and again.
final class Cycle<Element> {
    private let elements: [Element]
    private var index = 0

    init(_ elements: [Element]) { self.elements = elements }

    @inline(__always)
    func callAsFunction() -> Element {
        defer { index = index + 1 == elements.count ? 0 : index + 1 }
        return elements[index]
    }
}

@inline(never)
func sink<T>(_ value: T) { withExtendedLifetime(value) {} }

/// A title, and a batch of which each run gives nanoseconds an operation.
struct Row {
    let title: String
    let run: () -> Double

    init(_ title: String, _ operations: Int, per entries: Int = 1, _ body: @escaping (Int) -> Void) {
        self.title = title
        let rounds = max(1, operations / entries)
        run = {
            let start = DispatchTime.now().uptimeNanoseconds
            body(rounds)
            return Double(DispatchTime.now().uptimeNanoseconds - start) / Double(rounds * entries)
        }
    }
}

let arguments = CommandLine.arguments.dropFirst().map { $0.split(separator: ",").map(String.init) } + [[], [], [], []]
let kinds =
    arguments[0].isEmpty
    ? [
        "class", "object", "enum", "int", "string", "uuid", "string-two", "class-class", "class-string", "class-64",
        "append",
    ] : arguments[0]
let sizes = arguments[1].isEmpty ? [8, 17, 64, 1000] : arguments[1].compactMap { Int($0) }
let (titles, rounds) = (arguments[2], arguments[3].first.flatMap { Int($0) } ?? 21)

print("keys and values | n | row | before, ns | now, ns | ratio\n---|---|---|---|---|---")
for kind in kinds {
    for size in sizes {
        for (before, now) in zip(Before.rows(kind, size), Now.rows(kind, size))
        where titles.isEmpty || titles.contains(before.title) {
            var times: (before: [Double], now: [Double]) = ([], [])
            for round in 0..<rounds {
                // Each is the first one every other time.
                if round.isMultiple(of: 2) { times.before.append(before.run()) }
                times.now.append(now.run())
                if !round.isMultiple(of: 2) { times.before.append(before.run()) }
            }
            // The second fastest tenth: the machine does other things as well.
            let (old, new) = (times.before.sorted()[rounds / 5], times.now.sorted()[rounds / 5])
            print(String(format: "%@ | %d | %@ | %.1f | %.1f | %.2f", kind, size, before.title, old, new, new / old))
        }
    }
}
