// SPDX-License-Identifier: Apache-2.0
/// A value that a snapshot has taken along, and a link to the next.
///
/// The values are bound one in the other, the last one innermost, and unbound in reverse: each binding is in the task's
/// stack-like memory (see `Scope.run(in:_:)`).
@usableFromInline
class CapturedValue: @unchecked Sendable {
    // Invariant behind `@unchecked`: every stored property, here and in the subclasses, is an immutable `Sendable`.

    private final let next: CapturedValue?

    init(before next: CapturedValue?) {
        self.next = next
    }

    /// Runs synchronous code with this value and all that follow it in force.
    final func runWithAll(_ body: () -> Void) {
        bind { if let next { next.runWithAll(body) } else { body() } }
    }

    /// Runs asynchronous code with this value and all that follow it in force.
    nonisolated(nonsending) final func runWithAll(_ body: nonisolated(nonsending) () async -> Void) async {
        await bind(isolation: #isolation) { if let next { await next.runWithAll(body) } else { await body() } }
    }

    /// Runs synchronous code with this one value in force; runs it exactly once.
    fileprivate func bind(_ body: () -> Void) {
        preconditionFailure("CapturedValue is abstract")
    }

    /// Runs asynchronous code with this one value in force, on the caller's actor; runs it exactly once.
    ///
    /// `TaskLocal.withValue` calls its operation as a function of no actor, so `body` itself would leave the actor and
    /// come back. A closure that is isolated as the caller is stays.
    fileprivate func bind(
        isolation: isolated (any Actor)?, _ body: nonisolated(nonsending) () async -> Void
    ) async {
        preconditionFailure("CapturedValue is abstract")
    }
}

/// The value of a task local.
final class CapturedTaskLocal<Value: Sendable>: CapturedValue, @unchecked Sendable {
    private let taskLocal: TaskLocal<Value>
    private let value: Value

    init(_ taskLocal: TaskLocal<Value>, before next: CapturedValue?) {
        self.taskLocal = taskLocal
        self.value = taskLocal.get()
        super.init(before: next)
    }

    fileprivate override func bind(_ body: () -> Void) {
        taskLocal.withValue(value, operation: body)
    }

    fileprivate override func bind(
        isolation: isolated (any Actor)?, _ body: nonisolated(nonsending) () async -> Void
    ) async {
        await taskLocal.withValue(value) {
            _ = isolation
            await body()
        }
    }
}

/// The value of a type that gives and restores it.
final class CapturedScopedValue<Source: ScopedValue>: CapturedValue, @unchecked Sendable {
    private let value: Source.Value

    override init(before next: CapturedValue?) {
        self.value = Source.current
        super.init(before: next)
    }

    fileprivate override func bind(_ body: () -> Void) {
        Source.withValue(value, operation: body)
    }

    fileprivate override func bind(
        isolation: isolated (any Actor)?, _ body: nonisolated(nonsending) () async -> Void
    ) async {
        await Source.withValue(value) {
            _ = isolation
            await body()
        }
    }
}

// MARK: - Running a body that has a result

extension CapturedValue {
    /// Runs synchronous code with all captured values in force.
    @usableFromInline
    @inline(never)
    func run<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        var outcome: Swift.Result<Result, Failure>?
        runWithAll {
            do throws(Failure) {
                outcome = .success(try body())
            } catch {
                outcome = .failure(error)
            }
        }
        return try outcome!.get()
    }

    /// Runs asynchronous code with all captured values in force.
    @usableFromInline
    nonisolated(nonsending) func run<Result, Failure: Error>(
        _ body: nonisolated(nonsending) () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        var outcome: Swift.Result<Result, any Error>?
        await runWithAll {
            do {
                outcome = .success(try await body())
            } catch {
                outcome = .failure(error)
            }
        }
        do {
            return try outcome!.get()
        } catch {
            throw error as! Failure
        }
    }
}
