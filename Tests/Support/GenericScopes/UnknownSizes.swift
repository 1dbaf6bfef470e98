// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// Optimised code that keeps values of a size that it doesn't know before, in and after scopes.
///
/// All that can be in a task's memory together with a scope. The compiler can't specialise it, since it is called through a
/// protocol.
public protocol UnknownSizes: Sendable {
    func localsAround<Value: Sendable>(_ value: Value) async throws -> [Value]
    func changedInside<Value: Sendable>(_ value: Value, to new: Value) async throws -> [Value]
    func consumedInside<Value: Sendable>(_ value: Value) async throws -> Value?
    func leavingEarly<Value: Sendable>(_ values: [Value], at index: Int) async throws -> Value?
    func thrownWith<Value: Sendable>(_ value: Value) async throws -> (Value, Value)
    func children<Value: Sendable>(_ value: Value) async throws -> [Value]
    func payloads<Value: Sendable>(_ value: Value) async throws -> [Value]
    func localFunctions<Value: Sendable>(_ value: Value) async throws -> [Value]
}

/// What conforms, behind an existential.
@inline(never)
public func unknownSizes(_ number: ContextVar<Int>) -> any UnknownSizes {
    WorkOnUnknownSizes(number: number)
}

private struct Carrying<Value: Sendable>: Error {
    let value: Value
}

private enum Either<Value: Sendable>: Sendable {
    case one(Value)
    case several([Value], last: Value)
}

private struct WorkOnUnknownSizes: UnknownSizes {
    let number: ContextVar<Int>

    func localsAround<Value: Sendable>(_ value: Value) async throws -> [Value] {
        let before = value
        let (first, second) = await number.withValue(1) {
            let inside = before
            await Task.yield()
            return (inside, value)
        }
        let third = try await Context().run {
            let one = first
            await Task.yield()
            let two = second
            return number.get() == 0 ? one : two
        }
        let fourth = await ContextSnapshot.current.run { () async in third }
        let fifth = await withoutContext { () async in
            await Task.yield()
            return fourth
        }
        return [first, second, third, fourth, fifth]
    }

    func changedInside<Value: Sendable>(_ value: Value, to new: Value) async throws -> [Value] {
        var local = value
        var all: [Value] = []
        for round in 0..<3 {
            await number.withValue(round) {
                all.append(local)
                await Task.yield()
                local = new
            }
            try await Context().run {
                all.append(local)
                await Task.yield()
                try await number.set(round).scope {
                    local = round == 1 ? value : new
                    await Task.yield()
                }
            }
        }
        return all + [local]
    }

    func consumedInside<Value: Sendable>(_ value: Value) async throws -> Value? {
        var optional: Value? = value
        let snapshot = ContextSnapshot.current
        let taken = await snapshot.run { () async -> Value? in
            let taken = optional.take()
            await Task.yield()
            return await number.withValue(2) {
                guard let inner = taken else { return nil }
                await Task.yield()
                return inner
            }
        }
        return optional == nil ? taken : nil
    }

    func leavingEarly<Value: Sendable>(_ values: [Value], at index: Int) async throws -> Value? {
        for (position, value) in values.enumerated() {
            let copy = value
            let found: Value? = await number.withValue(position) {
                if position < index { return nil }
                await Task.yield()
                return copy
            }
            guard let found else { continue }
            return try await Context().run {
                await Task.yield()
                return found
            }
        }
        return nil
    }

    func thrownWith<Value: Sendable>(_ value: Value) async throws -> (Value, Value) {
        do {
            let none = try await number.withValue(1) { () async throws -> Value in
                let local = value
                await Task.yield()
                throw Carrying(value: local)
            }
            return (none, none)
        } catch let error as Carrying<Value> {
            let caught = error.value
            do throws(Carrying<Value>) {
                return try await number.withValue(2) { () async throws(Carrying<Value>) -> (Value, Value) in
                    let local = caught
                    await Task.yield()
                    throw Carrying(value: local)
                }
            } catch {
                return (caught, error.value)
            }
        }
    }

    func children<Value: Sendable>(_ value: Value) async throws -> [Value] {
        async let outside = value
        let inside = try await number.withValue(1) { () async throws -> [Value] in
            async let child = value
            let local = value
            let members = await withTaskGroup(of: Value.self) { group in
                for _ in 0..<3 { group.addTask(context: .current) { local } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            return await members + [child]
        }
        return await inside + [outside]
    }

    func payloads<Value: Sendable>(_ value: Value) async throws -> [Value] {
        var all: [Value] = []
        for either in [Either.one(value), .several([value, value], last: value)] {
            all += try await Context().run { () async throws -> [Value] in
                switch either {
                case .one(let one):
                    await Task.yield()
                    return await number.withValue(1) { () async in [one] }
                case .several(let several, let last):
                    let anything: any Sendable = last
                    await Task.yield()
                    return await number.withValue(2) {
                        await Task.yield()
                        return several + [anything as! Value]
                    }
                }
            }
        }
        return all
    }

    func localFunctions<Value: Sendable>(_ value: Value) async throws -> [Value] {
        @Sendable func twice(_ value: Value) async -> (Value, Value) {
            await number.withValue(1) { () async in (value, value) }
        }
        let wrapped = ContextSnapshot.current.wrap { @Sendable () async -> Value in
            let (first, second) = await twice(value)
            return number.get() == 0 ? first : second
        }
        let (first, second) = await number.withValue(5) {
            let pair = await twice(value)
            return (pair.0, await wrapped())
        }
        return [first, second]
    }
}
