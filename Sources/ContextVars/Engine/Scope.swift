// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames

/// A context, or none, that is current for the calling agent from its making until ``end()``.
@usableFromInline
struct Scope {
    private let binding: contextvars_binding

    /// Makes a context's storage current.
    ///
    /// The caller has claimed the context, and keeps it alive until the scope ends.
    @usableFromInline
    @inline(never)
    static func entering(_ context: Context, isSynchronous: Bool) -> Scope {
        let frame = Frame.unbound()
        contextvars_frame_set_storage(frame, context.storage)
        return Scope(binding: frame, isSynchronous)
    }

    /// Makes a copy of the current context current, with one change of a variable that the caller keeps until the scope
    /// ends.
    @usableFromInline
    @inline(never)
    static func changing(_ variable: AnyContextVar, to value: consuming StoredValue, isSynchronous: Bool) -> Scope {
        let frame = Frame.unbound()
        frame.own.contents.setChange(of: .passUnretained(variable), to: value)
        return Scope(binding: frame, isSynchronous) { outer in
            frame.own.beginWithValues(of: outer, replacing: variable)
        }
    }

    /// Makes a new context current, with the values of a snapshot that the caller keeps alive until the scope ends.
    @usableFromInline
    @inline(never)
    static func copying(_ snapshot: ContextSnapshot, isSynchronous: Bool) -> Scope {
        let frame = Frame.unbound()
        frame.own.begin(withLent: snapshot.unretainedValues)
        return Scope(binding: frame, isSynchronous)
    }

    /// Leaves the caller without a context.
    @usableFromInline
    @inline(never)
    static func withoutContext() -> Scope {
        // For the tasks that are created in it.
        prepareEngine()
        return Scope(binding: Watchers.reportingSwitch { contextvars_bind_none() })
    }

    /// Binds a frame.
    ///
    /// What it is lent is taken within the report: for watchers, the values before are settled, which replaces the map.
    @inline(__always)
    private init(binding frame: Frame, _ isSynchronous: Bool, lending: (contextvars_outer) -> Void = { _ in }) {
        binding = Watchers.reportingSwitch {
            let outer = contextvars_find_outer()
            lending(outer)
            return contextvars_bind(frame, outer.frame, outer.agent, isSynchronous)
        }
    }

    private init(binding: contextvars_binding) {
        self.binding = binding
    }

    /// Makes current what was current before.
    @usableFromInline
    @inline(never)
    func end() {
        Watchers.reportingSwitch {
            if let frame = binding.frame {
                contextvars_unbind(frame, binding.outer, binding.ridden)
            } else {
                contextvars_unbind_none(binding.outer)
            }
        }
    }
}

// MARK: - Asynchronous code

extension Scope {
    /// Runs asynchronous code in a scope.
    ///
    /// The scope's slot is in the task's stack-like memory, and so is all that asynchronous code allocates of a size that the
    /// compiler doesn't know. What is allocated last must be freed first. So `makeScope` has nothing to evaluate that needs
    /// memory, the result goes straight to where the caller wants it, and errors are of a known size. Inlined, as
    /// `TaskLocal.withValue` is: `Documentation/Design/asynchronous-scopes.md`.
    @inlinable
    @inline(__always)
    nonisolated(nonsending) static func run<Result>(
        in makeScope: @autoclosure () -> Scope, _ body: nonisolated(nonsending) () async throws -> Result
    ) async rethrows -> Result {
        let scope = makeScope()
        defer { scope.end() }
        return try await body()
    }

    /// The same with what a snapshot has captured in force.
    @inlinable
    @inline(__always)
    nonisolated(nonsending) static func run<Result>(
        in makeScope: @autoclosure () -> Scope, with captured: CapturedValue?,
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async rethrows -> Result {
        if let captured { return try await run(in: makeScope(), binding: captured, body) }
        return try await run(in: makeScope(), body)
    }

    /// Not inlined: few snapshots carry anything.
    @usableFromInline
    @inline(never)
    nonisolated(nonsending) static func run<Result>(
        in makeScope: @autoclosure () -> Scope, binding captured: CapturedValue,
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async rethrows -> Result {
        let scope = makeScope()
        defer { scope.end() }
        return try await captured.run(body)
    }
}
