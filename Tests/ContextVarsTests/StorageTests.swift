// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Testing

@testable import ContextVars

@Suite struct StorageTests {
    @Test func `A map is its root and its count, and the empty one is all zero`() {
        #expect(MemoryLayout<ContextValues>.size == 2 * MemoryLayout<UInt>.size)
        let contents = UnsafeMutablePointer<contextvars_contents>.allocate(capacity: 1)
        defer { contents.deallocate() }
        contents.initialize(to: contextvars_contents())
        #expect(contents.map.pointee.isEmpty && contents.pointee.variable == nil)
        let values = ContextSnapshot().with(ContextVar("a", default: 0), 1).values
        contents.map.initialize(to: values)
        #expect(UnsafeMutableRawPointer(bitPattern: contents.pointee.values) == values.rootAddress)
        #expect(contents.pointee.count == 1)
        contents.release()
    }

    @Test func `A stored value is its bits and its box`() {
        #expect(MemoryLayout<StoredValue>.size == 2 * MemoryLayout<UInt64>.size)
        #expect(MemoryLayout<StoredValue>.offset(of: \.box) == MemoryLayout<UInt64>.size)
    }

    @Test func `A box has its value where it is read`() {
        func check<Value: Sendable & Equatable>(_ value: Value) {
            let box = Box(value)
            #expect(Box<Value>.address(in: box).pointee == box.value)
            #expect(StoredValue(value).load(as: Value.self) == value)
        }
        check(UInt8(7))
        check("a string that is too long to be stored without an object")
        check(SIMD16<Double>(repeating: 1.5))
        check([1, 2, 3] as [Int]?)
        check(Duration.seconds(3))
        check(String?.none)
    }

    @Test func `A context's storage is behind the object's header`() {
        let context = Context()
        #expect(UnsafeMutableRawPointer(context.storage) == context.addressOfStored)
        #expect(Context.object(of: context.storage) == nil)
        #expect(throws: Never.self) { try context.run { #expect(Context.object(of: context.storage) === context) } }
    }

    @Test func `A snapshot that carries nothing is its map`() {
        let snapshot = ContextSnapshot().with(ContextVar("a", default: 0), 1)
        #expect(UnsafeMutableRawPointer(bitPattern: snapshot.unretainedValues.root) == snapshot.values.rootAddress)
        #expect(snapshot.unretainedValues.count == 1)
        #expect(ContextSnapshot().unretainedValues == (0, 0))
    }

    @Test func `A change beside the map comes before what the map has`() {
        let (first, second) = (ContextVar("first", default: 0), ContextVar("second", default: 0))
        let values = ContextSnapshot().with(first, 1).with(second, 2)
        let changed = values.run { second.withValue(3) { CurrentContext.values() } }
        #expect(changed[first]?.load(as: Int.self) == 1)
        #expect(changed[second]?.load(as: Int.self) == 3)
        #expect(values[second] == 2)
    }

    @Test func `An object that is made for a context says by itself which variables were set there`() throws {
        // So many that the last one has no bit of its own.
        let variables = (0..<65).map { ContextVar("variable \($0)", default: 0) }
        let (variable, inherited) = (variables[63], variables[64])
        let context = Context(ContextSnapshot().with(inherited, 1).values)
        try context.run { try variable.set(1) }
        // Children may go on reading the storage that was taken over.
        let object = Context(takingOver: context.storage)
        defer { object.unclaim() }
        #expect(object.storage.source(of: variable) == .setHere)
        let old = object.storage.exchange(MovingValue(storing: 2), for: variable, isSetHere: false)
        MovingValue.release(old.value)
        #expect(object.storage.source(of: variable) == .inherited)
        #expect(context.storage.source(of: variable) == .setHere)
    }
}
