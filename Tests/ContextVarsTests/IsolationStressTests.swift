// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import Synchronization
import TestSupport
import Testing

/// A forest of tasks that do everything that the semantics table allows, at random, on all cores.
///
/// Each carries a model of what it must read, and checks every value.
///
/// `CONTEXTVARS_STRESS_TASKS` sets how many tasks (sanitizers want fewer), `CONTEXTVARS_TEST_SEED` repeats a run.
@Suite struct IsolationStressTests {
    @Test func `No task ever reads a value that isn't its own`() async {
        let environment = ProcessInfo.processInfo.environment
        let taskCount = environment["CONTEXTVARS_STRESS_TASKS"].flatMap { Int($0) } ?? 100_000
        print("Isolation stress: \(taskCount) tasks, CONTEXTVARS_TEST_SEED=\(testSeed)")

        let forest = Forest(taskCount: taskCount)
        var random = SplitMix64(state: testSeed)
        while forest.takeTask() {
            let treeSeed = random.next()
            await withTaskGroup { group in
                for tree in UInt64(0)..<16 {
                    group.addTask(context: ContextSnapshot()) {
                        await forest.grow(Model(access: .owned), seed: treeSeed &+ tree, depth: 0)
                    }
                }
            }
        }
        let counts = forest.counts
        print("Isolation stress: \(counts.started) tasks made \(counts.checks) checks, \(counts.wrong) wrong")
        #expect(counts.started >= taskCount)
        #expect(counts.checks > counts.started)
        #expect(counts.wrong == 0, "CONTEXTVARS_TEST_SEED=\(testSeed)")
    }
}

/// What a task must read, and what it may do.
private struct Model {
    enum Access { case none, borrowed, owned }

    var access: Access
    var values = [Int?](repeating: nil, count: Forest.variables.count)
    /// The tokens of the current context that aren't used yet, with what each restores.
    var tokens: [(token: Token<Int>, index: Int, oldValue: Int?)] = []

    func inherited(as access: Access) -> Model {
        Model(access: access, values: access == .none ? Model(access: .none).values : values)
    }
}

private struct Interruption: Error {}

private final class Forest: Sendable {
    static let variables = (0..<12).map { ContextVar("variable\($0)", default: -1) }

    private let remaining: Atomic<Int>
    private let started = Atomic<Int>(0)
    private let checks = Atomic<Int>(0)
    private let wrong = Atomic<Int>(0)
    private let hop = Hop()

    init(taskCount: Int) { remaining = Atomic(taskCount) }

    var counts: (started: Int, checks: Int, wrong: Int) {
        (started.load(ordering: .relaxed), checks.load(ordering: .relaxed), wrong.load(ordering: .relaxed))
    }

    func takeTask() -> Bool { remaining.wrappingSubtract(1, ordering: .relaxed).newValue >= 0 }

    private func record(_ isRight: Bool) {
        checks.wrappingAdd(1, ordering: .relaxed)
        if !isRight { wrong.wrappingAdd(1, ordering: .relaxed) }
    }

    private func check(_ model: Model) {
        for (variable, value) in zip(Self.variables, model.values) { record(variable.get() == value ?? -1) }
    }

    /// The life of one task.
    func grow(_ model: Model, seed: UInt64, depth: Int) async {
        started.wrappingAdd(1, ordering: .relaxed)
        var (model, random) = (model, SplitMix64(state: seed))
        check(model)
        try? await live(&model, &random, depth: depth, steps: 6)
        check(model)
    }

    /// Some random steps in one context.
    private func live(_ model: inout Model, _ random: inout SplitMix64, depth: Int, steps: Int) async throws {
        for _ in 0..<Int.random(in: 1...steps, using: &random) {
            switch Int.random(in: 0..<16, using: &random) {
            case 0..<4: set(&model, &random)
            case 4, 5: reset(&model, &random)
            case 6: await Task.yield()
            case 7: await hop.visit { [model] in self.check(model) }
            case 8: await nestWithValue(model, &random, depth: depth)
            case 9: await nestRun(model, &random, depth: depth)
            case 10: try? await fail(in: model)
            case 11 where depth < 12: await startStructured(model, &random, depth: depth + 1)
            case 12..<15 where depth < 12: await startPlain(&model, &random, depth: depth + 1)
            case 15 where depth > 2: throw Interruption()
            default: check(model)
            }
        }
        check(model)
    }

    // MARK: Steps

    private func set(_ model: inout Model, _ random: inout SplitMix64) {
        let (index, value) = (Int.random(in: 0..<12, using: &random), Int.random(in: 0..<1_000_000, using: &random))
        do {
            let token = try Self.variables[index].set(value)
            record(model.access == .owned)
            model.tokens.append((token, index, model.values[index]))
            model.values[index] = value
        } catch {
            record(error == (model.access == .borrowed ? .borrowedContext : .noCurrentContext))
            record(model.access != .owned)
        }
    }

    private func reset(_ model: inout Model, _ random: inout SplitMix64) {
        guard !model.tokens.isEmpty else { return }
        let chosen =
            Bool.random(using: &random) ? model.tokens.count - 1 : model.tokens.indices.randomElement(using: &random)!
        let (token, index, oldValue) = model.tokens.remove(at: chosen)
        do {
            try Self.variables[index].reset(token)
            model.values[index] = oldValue
            try Self.variables[index].reset(token)
            record(false)
        } catch { record(error == .tokenUsed) }
    }

    private func nestWithValue(_ model: Model, _ random: inout SplitMix64, depth: Int) async {
        var inner = model.inherited(as: .owned)
        let (index, value, seed) = (Int.random(in: 0..<12, using: &random), Int(depth), random.next())
        inner.values[index] = value
        try? await Self.variables[index].withValue(value) {
            var random = SplitMix64(state: seed)
            try await live(&inner, &random, depth: depth + 1, steps: 3)
        }
        check(model)
    }

    private func nestRun(_ model: Model, _ random: inout SplitMix64, depth: Int) async {
        let (seed, copies) = (random.next(), Bool.random(using: &random))
        var inner = copies ? model.inherited(as: .owned) : Model(access: .owned)
        let context = copies ? copyContext() : Context()
        try? await context.run {
            var random = SplitMix64(state: seed)
            try await live(&inner, &random, depth: depth + 1, steps: 3)
        }
        for (variable, value) in zip(Self.variables, inner.values) { record(context[variable] == value) }
        check(model)
    }

    private func fail(in model: Model) async throws {
        do {
            try await Self.variables[0].withValue(-2) {
                await Task.yield()
                throw Interruption()
            }
        } catch { check(model) }
    }

    private func startStructured(_ model: Model, _ random: inout SplitMix64, depth: Int) async {
        guard takeTask() else { return }
        let (seed, child) = (random.next(), model.inherited(as: accessInChild(of: model)))
        async let first: Void = grow(child, seed: seed, depth: depth)
        await withTaskGroup { group in
            group.addTask { await self.grow(child, seed: seed &+ 1, depth: depth) }
            group.addTask(context: .current) {
                await self.grow(model.inherited(as: .owned), seed: seed &+ 2, depth: depth)
            }
        }
        await first
        check(model)
    }

    private func accessInChild(of model: Model) -> Model.Access {
        model.access == .none || !Level.childrenBorrow ? .none : .borrowed
    }

    private func startPlain(_ model: inout Model, _ random: inout SplitMix64, depth: Int) async {
        guard takeTask() else { return }
        let seed = random.next()
        let access = model.access == .none || !Level.tasksCopy ? Model.Access.none : .owned
        let (copy, owned) = (model.inherited(as: access), model.inherited(as: .owned))
        let waits = Bool.random(using: &random)
        let task =
            switch Int.random(in: 0..<8, using: &random) {
            case 0: Task.detached { await self.grow(Model(access: .none), seed: seed, depth: depth) }
            case 1: Task(context: .current) { await self.grow(owned, seed: seed, depth: depth) }
            default: Task { await self.grow(copy, seed: seed, depth: depth) }
            }
        // Changes that are made while the task runs must not be seen by it.
        if !waits { for _ in 0..<3 { set(&model, &random) } }
        await task.value
        check(model)
    }
}

/// Somewhere else to run for a moment.
private actor Hop {
    func visit(_ body: @Sendable () -> Void) { body() }
}
