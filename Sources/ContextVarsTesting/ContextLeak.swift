import ContextVars
import Testing

/// Checks that an operation leaves its caller's context as it was.
///
/// A function can change its caller's context: that is what `set` is for. Where a function mustn't, a test can say so.
/// The operation runs in a copy of the current context. An issue is recorded if a variable has another value
/// afterwards, whether the operation returns or throws; it names all such variables with their values.
///
/// ```swift
/// try expectNoContextLeak { try authenticate(request) }
/// // the operation changed its caller's context: added 'request.tenant': "acme"
/// ```
///
/// - Parameters:
///   - comment: What to say about an issue.
///   - sourceLocation: Where to report an issue.
///   - operation: The operation to check.
/// - Returns: What the operation returns.
/// - Throws: What the operation throws.
@discardableResult
public func expectNoContextLeak<Result>(
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ operation: () throws -> Result
) rethrows -> Result {
    try ContextSnapshot.current.run {
        let before = copyContext()
        defer { recordChanges(since: before, comment, sourceLocation) }
        return try operation()
    }
}

/// Checks that an asynchronous operation leaves its caller's context as it was.
///
/// As the synchronous form. The operation stays on the caller's actor.
///
/// - Parameters:
///   - comment: What to say about an issue.
///   - sourceLocation: Where to report an issue.
///   - operation: The operation to check.
/// - Returns: What the operation returns.
/// - Throws: What the operation throws.
@discardableResult
public nonisolated(nonsending) func expectNoContextLeak<Result>(
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: nonisolated(nonsending) () async throws -> Result
) async rethrows -> Result {
    try await ContextSnapshot.current.run {
        let before = copyContext()
        defer { recordChanges(since: before, comment, sourceLocation) }
        return try await operation()
    }
}

/// Records an issue if a variable of the current context has another value than before.
private func recordChanges(since before: Context, _ comment: Comment?, _ sourceLocation: SourceLocation) {
    let changes = copyContext().changes(since: before)
    if changes.isEmpty { return }
    let descriptions = changes.sorted { $0.variable.name < $1.variable.name }.map(\.description)
    let leak = "the operation changed its caller's context: \(descriptions.joined(separator: ", "))"
    Issue.record(Comment(rawValue: comment.map { "\($0). \(leak)" } ?? leak), sourceLocation: sourceLocation)
}

extension ContextChange {
    /// What happened to the variable.
    fileprivate var description: String {
        switch (oldValue.map(String.init(reflecting:)), newValue.map(String.init(reflecting:))) {
        case (let old?, let new?): "changed '\(variable.name)' from \(old) to \(new)"
        case (nil, let new?): "added '\(variable.name)': \(new)"
        case (let old, nil): "unset '\(variable.name)', which was \(old ?? "unset")"
        }
    }
}
