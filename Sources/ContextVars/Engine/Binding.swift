import CContextVarsRuntime

/// Runs synchronous code with a context current that the caller has entered, and exits it.
///
/// Inlinable, so that the body is called directly and what it returns needs no run-time description of its type.
@inlinable
func runOnce<Result, Failure: Error>(
    in context: Context, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let binding = Binding(context)
    defer { binding.end(exiting: context) }
    return try body()
}

/// Runs asynchronous code with a context current that the caller has entered, and exits it.
nonisolated(nonsending) func runOnce<Result, Failure: Error>(
    in context: Context, _ body: nonisolated(nonsending) () async throws(Failure) -> Result
) async throws(Failure) -> Result {
    var outcome: Swift.Result<Result, Failure>?
    await withBinding(of: context) {
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
    of context: Context, _ body: nonisolated(nonsending) () async -> Void
) async {
    let binding = Binding(context)
    await body()
    binding.end(exiting: context)
}

/// A context's being current for the calling agent, from `init` to `end`.
@usableFromInline
struct Binding {
    private let frame: UnsafeMutablePointer<contextvars_frame>

    @usableFromInline
    @inline(never)
    init(_ context: Context) {
        prepareRuntime()
        frame = contextvars_bind(Unmanaged.passRetained(context).toOpaque())
        Watchers.contextSwitched { context }
    }

    @usableFromInline
    @inline(never)
    func end(exiting context: Context) {
        contextvars_unbind(frame)
        context.exit()
        Watchers.contextSwitched { CurrentContext.object }
    }

    /// The same, but the context stays entered.
    @inline(never)
    func end() {
        contextvars_unbind(frame)
        Watchers.contextSwitched { CurrentContext.object }
    }
}
