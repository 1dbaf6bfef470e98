// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

/// Checks that an operation leaves its caller's context as it was.
///
/// A function can change its caller's context: that is what `set` is for. If a function mustn't, a test can check that.
/// An issue is recorded if a variable of the current context has a different value after the operation has returned or
/// thrown; the issue names all such variables with their values. The changes stay.
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
/// - Complexity: O(1) where nothing is left changed, after a copy of the context; else O(*n*).
@discardableResult
public func expectNoContextLeak<Result>(
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ operation: () throws -> Result
) rethrows -> Result {
    let before = copyContext()
    defer { recordChanges(since: before, comment, sourceLocation) }
    return try operation()
}

/// Checks that an asynchronous operation leaves its caller's context as it was.
///
/// Works like the synchronous form. The operation stays on the caller's actor.
///
/// - Parameters:
///   - comment: What to say about an issue.
///   - sourceLocation: Where to report an issue.
///   - operation: The operation to check.
/// - Returns: What the operation returns.
/// - Throws: What the operation throws.
/// - Complexity: O(1) where nothing is left changed, after a copy of the context; else O(*n*).
@discardableResult
public nonisolated(nonsending) func expectNoContextLeak<Result>(
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: nonisolated(nonsending) () async throws -> Result
) async rethrows -> Result {
    let before = copyContext()
    defer { recordChanges(since: before, comment, sourceLocation) }
    return try await operation()
}

/// Records an issue if a variable of the current context has another value than before.
private func recordChanges(since before: Context, _ comment: Comment?, _ sourceLocation: SourceLocation) {
    let changes = copyContext().changes(since: before)
    if changes.isEmpty { return }
    let leak =
        "the operation changed its caller's context: \(changes.map(\.description).sorted().joined(separator: ", "))"
    Issue.record(Comment(rawValue: comment.map { "\($0): \(leak)" } ?? leak), sourceLocation: sourceLocation)
}

extension ContextChange {
    fileprivate var description: String {
        switch self {
        case .added(let variable, let value):
            "added '\(variable.name)': \(String(reflecting: value))"
        case .changed(let variable, let old, let new):
            "changed '\(variable.name)' from \(String(reflecting: old)) to \(String(reflecting: new))"
        case .unset(let variable, let value):
            "unset '\(variable.name)', which was \(String(reflecting: value))"
        }
    }
}
