// SPDX-License-Identifier: Apache-2.0
#if Tools
import Dispatch
import Synchronization

/// Finds calls that lose a context, and mistakes in the use of context variables.
///
/// The linter reads syntax only: it knows methods by their names, labels and imports, not by their types. Where a name
/// alone is ambiguous it prefers to say nothing.
///
/// ```swift
/// let report = Linter().lint(["Sources"])
/// print(report.text())
/// ```
///
/// A linter is a value without state, safe to use from any thread.
public struct Linter: Sendable {
    /// The rules that are checked.
    public let rules: Set<Rule>

    /// Creates a linter.
    ///
    /// - Parameter rules: The rules to check; all of them unless you say otherwise.
    public init(rules: Set<Rule> = Set(Rule.allCases)) {
        self.rules = rules
    }

    /// Looks at Swift files, and at those below folders.
    ///
    /// - Returns: The findings, by file, line and column. A path that doesn't exist and a file or folder that can't be
    ///   read are in ``LintReport/unreadable``, and don't keep the others from being looked at.
    /// - Complexity: Linear in the size of the sources; each file is parsed once.
    public func lint(_ paths: [String]) -> LintReport {
        let found = SourceFiles.find(in: paths)
        let contents = concurrently(found.files) { path in
            Result { () throws(ToolError) in try SourceFiles.read(path) }
        }
        var unreadable = found.unreadable
        var texts: [(path: String, text: String)] = []
        for (path, content) in zip(found.files, contents) {
            switch content {
            case .success(let text): texts.append((path, text))
            case .failure(let error): unreadable.append(error)
            }
        }
        return LintReport(findings: findings(in: texts), files: texts.map(\.path), unreadable: unreadable)
    }

    /// Looks at one source text.
    ///
    /// - Parameter path: What findings call the file.
    /// - Complexity: Linear in the size of the text.
    public func lint(source: String, path: String = "source.swift") -> [Finding] {
        findings(in: [(path, source)])
    }

    /// Two rounds, since a variable may be declared in another file than it is used in.
    ///
    /// Trees take much memory, so each is given up before the next one is made.
    private func findings(in texts: [(path: String, text: String)]) -> [Finding] {
        let declaring = texts.filter { $0.text.contains("ContextVar") || $0.text.contains("@ContextValue") }
        let declared = concurrently(declaring) { DeclaredVariables(in: LintedFile(path: $0.path, text: $0.text)) }
        let variables = declared.reduce(into: DeclaredVariables()) { $0.add($1) }
        return concurrently(texts) { findings(in: LintedFile(path: $0.path, text: $0.text), variables) }.flatMap { $0 }
    }

    private func findings(in file: LintedFile, _ variables: DeclaredVariables) -> [Finding] {
        let visitor = RuleVisitor(file, variables)
        visitor.walk(file.tree)
        let findings = visitor.findings.filter { rules.contains($0.rule) }
        return IgnoreComments(file).apply(to: findings, in: file)
            .filter { rules.contains($0.rule) }
            .sorted { ($0.line, $0.column, $0.rule.rawValue) < ($1.line, $1.column, $1.rule.rawValue) }
    }
}

/// The results of a function for all elements, in their order, computed on all processors.
func concurrently<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ transform: @Sendable (Element) -> Result
) -> [Result] {
    let results = Mutex<[Int: Result]>([:])
    // contextvars:ignore a command has no context
    DispatchQueue.concurrentPerform(iterations: elements.count) { index in
        let result = transform(elements[index])
        results.withLock { $0[index] = result }
    }
    return results.withLock { results in elements.indices.compactMap { results[$0] } }
}
#endif
