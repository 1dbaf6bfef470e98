// SPDX-License-Identifier: Apache-2.0
import Foundation
import PersistentCollections
import Testing

/// A map is encoded as a dictionary with the same entries is, and decoded from that.
@Suite struct CodingTests {
    /// A key that can't be one of an object, so that entries are encoded as an array.
    private struct Point: Codable, Hashable {
        var x: Int
        var y: Int
    }

    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func roundTrip<Key: Codable, Value: Codable & Equatable>(_ map: HAMT<Key, Value>) throws {
        let encoded = try JSONEncoder().encode(map)
        let decoded = try JSONDecoder().decode(HAMT<Key, Value>.self, from: encoded)
        #expect(decoded == map && decoded.count == map.count)
        #expect(decoded.invariantViolations() == [])
        let dictionary = try JSONDecoder().decode([Key: Value].self, from: encoded)
        #expect(HAMT(dictionary) == map)
    }

    @Test func `Strings and integers as keys make an object, as with Dictionary`() throws {
        #expect(try json(["b": 2, "a": 1] as HAMT) == #"{"a":1,"b":2}"#)
        #expect(try json([2: "b", 1: "a"] as HAMT) == #"{"1":"a","2":"b"}"#)
        #expect(try json(HAMT<String, Int>()) == "{}")
    }

    @Test func `Other keys make an array of keys and values by turns`() throws {
        #expect(try json([Point(x: 1, y: 2): true] as HAMT) == #"[{"x":1,"y":2},true]"#)
    }

    @Test(arguments: [0, 1, 16, 17, 1000])
    func `What is encoded is decoded, whatever the size`(_ count: Int) throws {
        try roundTrip(HAMT(uniqueKeysWithValues: (0..<count).map { ("key \($0)", $0) }))
        try roundTrip(HAMT(uniqueKeysWithValues: (0..<count).map { ($0, [Double($0)]) }))
        try roundTrip(HAMT(uniqueKeysWithValues: (0..<count).map { (Point(x: $0, y: -$0), "\($0)") }))
    }

    @Test func `A map in a property of another type is decoded with it`() throws {
        struct Settings: Codable, Equatable {
            var limits: HAMT<String, HAMT<String, Int>>
        }
        let settings = Settings(limits: ["reads": ["soft": 10, "hard": 20], "writes": [:]])
        let encoded = try JSONEncoder().encode(settings)
        #expect(try JSONDecoder().decode(Settings.self, from: encoded) == settings)
    }

    @Test func `A value of another type is an error that names its place`() {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(HAMT<String, Int>.self, from: Data(#"{"a":1,"b":"two"}"#.utf8))
        }
        guard case .typeMismatch(_, let context) = error else {
            Issue.record("not a mismatch of types: \(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["b"])
    }

    @Test func `An array that ends with a key is an error`() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(HAMT<Point, Int>.self, from: Data(#"[{"x":1,"y":2}]"#.utf8))
        }
    }
}
