import CContextVarsRuntime

/// Runs synchronous code with a context current that the caller has entered.
func withCurrentContext<Result, Failure: Error>(
    _ context: Context, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let frame = bind(context)
    defer { unbind(frame) }
    return try body()
}

/// Runs asynchronous code with a context current that the caller has entered.
nonisolated(nonsending) func withCurrentContext<Result, Failure: Error>(
    _ context: Context, _ body: nonisolated(nonsending) () async throws(Failure) -> Result
) async throws(Failure) -> Result {
    var outcome: Swift.Result<Result, Failure>?
    await withBoundFrame(of: context) {
        do throws(Failure) {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
    }
    return try outcome!.get()
}

/// The frame is in the task's stack-like memory, so it must be the last thing allocated there when it ends. That is why
/// this function is not generic and not inlined: between its two calls nothing of unknown size is allocated.
@inline(never)
private nonisolated(nonsending) func withBoundFrame(
    of context: Context, _ body: nonisolated(nonsending) () async -> Void
) async {
    let frame = bind(context)
    await body()
    unbind(frame)
}

@inline(__always)
private func bind(_ context: Context) -> UnsafeMutablePointer<contextvars_frame> {
    prepareRuntime()
    let frame = contextvars_bind(Unmanaged.passRetained(context).toOpaque())
    Watchers.contextSwitched { context }
    return frame
}

@inline(__always)
private func unbind(_ frame: UnsafeMutablePointer<contextvars_frame>) {
    contextvars_unbind(frame)
    Watchers.contextSwitched { CurrentContext.object }
}
