import CContextVarsFrames

/// A context's being current for the calling agent, from `init` to `end`.
@usableFromInline
struct Binding {
    /// What is going to run.
    @usableFromInline
    enum Code { case synchronous, asynchronous }

    private let frame: Frame
    /// The context that the frame doesn't hold: who made the binding does, until it ends.
    private let lent: Unmanaged<Context>?
    private let exitsContext: Bool

    /// Makes a context current that the caller has entered, and keeps until the binding ends.
    @usableFromInline
    @inline(never)
    init(_ context: Context, for code: Code, exitsContext: Bool = true) {
        prepareRuntime()
        self.exitsContext = exitsContext
        let lent = Unmanaged.passUnretained(context)
        self.lent = lent
        frame = contextvars_frame_allocate()
        contextvars_frame_set_context(frame, lent.toOpaque())
        bind(for: code)
    }

    /// Makes a new context current.
    private init(_ draft: consuming Draft, for code: Code) {
        prepareRuntime()
        lent = nil
        exitsContext = false
        frame = contextvars_frame_allocate()
        frame.draft.initialize(to: draft)
        bind(for: code)
    }

    /// Makes a copy of the current context current, with one change.
    @usableFromInline
    @inline(never)
    init(changing variable: AnyContextVar, to value: consuming StoredValue, for code: Code) {
        self.init(Draft(changing: variable, to: value), for: code)
    }

    /// Makes a new context with a snapshot's values current.
    @usableFromInline
    @inline(never)
    init(copying snapshot: ContextSnapshot, for code: Code) {
        self.init(Draft(snapshot.values), for: code)
    }

    @inline(__always)
    private func bind(for code: Code) {
        switch code {
        case .synchronous: contextvars_bind_for_synchronous_code(frame)
        case .asynchronous: contextvars_bind(frame)
        }
        Watchers.contextSwitched { CurrentContext.object }
    }

    /// Makes current what was current before, and exits the context unless it is to stay entered.
    @usableFromInline
    @inline(never)
    func end() {
        if lent != nil { contextvars_frame_set_context(frame, nil) }
        contextvars_unbind(frame)
        if exitsContext { lent?._withUnsafeGuaranteedRef { $0.unclaim() } }
        Watchers.contextSwitched { CurrentContext.object }
    }
}

// MARK: - Running code in a binding

// Inlinable where the code is synchronous, so that the body is called directly and what it returns needs no run-time
// description of its type.

/// Runs synchronous code in a binding.
@inlinable
func runOnce<Result, Failure: Error>(
    in binding: Binding, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    defer { binding.end() }
    return try body()
}

/// Runs asynchronous code in a binding.
nonisolated(nonsending) func runOnce<Result, Failure: Error>(
    in binding: @autoclosure () -> Binding, _ body: nonisolated(nonsending) () async throws(Failure) -> Result
) async throws(Failure) -> Result {
    var outcome: Swift.Result<Result, Failure>?
    await withBinding(binding()) {
        do throws(Failure) {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
    }
    return try outcome!.get()
}

/// A binding is in the task's stack-like memory, so it must be the last thing allocated there when it ends.
///
/// That is why this function is not generic and not inlined: between its two calls nothing of unknown size is
/// allocated.
@inline(never)
private nonisolated(nonsending) func withBinding(
    _ makeBinding: @autoclosure () -> Binding, _ body: nonisolated(nonsending) () async -> Void
) async {
    let binding = makeBinding()
    await body()
    binding.end()
}
