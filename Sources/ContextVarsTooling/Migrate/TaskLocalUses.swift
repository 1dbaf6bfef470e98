// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// The uses of `$name` in a file: those that read the same with a context variable, and those that a person must look at.
final class TaskLocalUses: SyntaxVisitor {
    private(set) var remarks: [Migration.Remark] = []
    /// The number of uses that mean the same afterwards.
    private(set) var unchanged = 0
    private let names: Set<String>
    private let file: LintedFile

    init(of names: Set<String>, in file: LintedFile) {
        self.names = names
        self.file = file
        super.init(viewMode: .sourceAccurate)
        walk(file.tree)
    }

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        let name = node.baseName.text
        guard name.hasPrefix("$"), name.dropFirst().contains(where: { !$0.isNumber }) else { return .visitChildren }
        // `Request.$id` is a member access around the name; `$id` is the name alone.
        let variable =
            node.parent?.as(MemberAccessExprSyntax.self).flatMap { $0.declName.id == node.id ? ExprSyntax($0) : nil }
            ?? ExprSyntax(node)
        let method = variable.parent?.as(MemberAccessExprSyntax.self)
        let call = method?.parent?.as(FunctionCallExprSyntax.self)
        guard names.contains(String(name.dropFirst())) else {
            if method?.declName.baseName.text == "withValue", call != nil, usesTaskLocals(variable) {
                remark(
                    at: variable, "`\(variable.trimmedDescription)` isn't declared here and stays a task-local value")
            }
            return .skipChildren
        }
        check(variable, method: method?.declName.baseName.text, call: call)
        return .skipChildren
    }

    private func check(_ variable: ExprSyntax, method: String?, call: FunctionCallExprSyntax?) {
        let text = variable.trimmedDescription
        switch (method, call) {
        case ("withValue", let call?):
            let labels = call.arguments.compactMap { $0.label?.text }
            if let label = labels.first(where: { ["isolation", "file", "line"].contains($0) }) {
                remark(
                    at: variable,
                    "`\(text).withValue(…, \(label):)`: leave out `\(label):`, a context variable doesn't take it")
            } else {
                unchanged += 1
            }
        case ("get", _?):
            unchanged += 1
        case ("wrappedValue", _), ("projectedValue", _):
            remark(at: variable, "`\(text).\(method!)`: write `\(text).get()` or `\(text)`")
        case (nil, _):
            remark(
                at: variable,
                "`\(text)` is passed on as a TaskLocal: for a ContextVar, change the function or leave out the call")
        default:
            remark(at: variable, "`\(text).\(method!)` isn't a method of ContextVar")
        }
    }

    /// `$name` is also how property wrappers of SwiftUI and Combine are written; those have no `withValue`.
    private func usesTaskLocals(_ variable: ExprSyntax) -> Bool {
        variable.is(MemberAccessExprSyntax.self)
    }

    private func remark(at node: some SyntaxProtocol, _ message: String) {
        let line = file.locations.location(for: node.positionAfterSkippingLeadingTrivia).line
        remarks.append(Migration.Remark(path: file.path, line: line, message: message))
    }
}
#endif
