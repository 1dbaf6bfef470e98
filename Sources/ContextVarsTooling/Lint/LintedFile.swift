// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftParser
import SwiftSyntax

/// A parsed source file and what the rules ask about it.
struct LintedFile: Sendable {
    let path: String
    let text: String
    let tree: SourceFileSyntax
    let locations: LineTable
    /// The names of the imported modules: `Foundation` for `import struct Foundation.Date`.
    let imports: Set<String>
    /// Where another import can be inserted, in bytes.
    let endOfImports: Int?

    init(path: String, text: String) {
        let tree = Parser.parse(source: text)
        self.path = path
        self.text = text
        self.tree = tree
        self.locations = LineTable(text)
        let collector = ImportCollector(viewMode: .sourceAccurate)
        collector.walk(tree)
        self.imports = collector.modules
        self.endOfImports =
            tree.statements.last { $0.item.is(ImportDeclSyntax.self) }?
            .endPositionBeforeTrailingTrivia.utf8Offset
    }

    /// How the file's first line ends: `\r\n` or `\n`.
    var lineBreak: String {
        let first = text.utf8.prefix { $0 != UInt8(ascii: "\n") }
        return first.last == UInt8(ascii: "\r") && first.endIndex != text.utf8.endIndex ? "\r\n" : "\n"
    }

    /// Whether the file uses SwiftNIO, so that a `submit` or `whenComplete` in it is that of an event loop or future.
    var usesNIO: Bool {
        imports.contains { $0.hasPrefix("NIO") } || !imports.isDisjoint(with: ["AsyncHTTPClient", "Vapor", "AsyncKit"])
    }

    /// Whether the file can use Dispatch and Foundation.
    var usesDispatch: Bool {
        !imports.isDisjoint(with: ["Dispatch", "Foundation", "UIKit", "AppKit", "SwiftUI", "Combine"])
    }

    var isTest: Bool { !imports.isDisjoint(with: ["Testing", "XCTest"]) }

    /// A finding at a node.
    func finding(
        _ rule: Rule, at node: some SyntaxProtocol, _ message: String, advice: String, edits: [Edit] = [],
        imports: [String] = []
    ) -> Finding {
        let start = node.positionAfterSkippingLeadingTrivia.utf8Offset
        return finding(
            rule, in: start..<max(start, node.endPositionBeforeTrailingTrivia.utf8Offset), message, advice: advice,
            edits: edits, imports: imports)
    }

    /// A finding about a part of the text, given in bytes.
    func finding(
        _ rule: Rule, in range: Range<Int>, _ message: String, advice: String, edits: [Edit] = [],
        imports: [String] = []
    ) -> Finding {
        let location = locations.location(forOffset: range.lowerBound)
        return Finding(
            rule: rule, severity: rule.severity, path: path, line: location.line, column: location.column,
            region: locations.region(range), message: message, advice: advice, edits: edits,
            editedRegions: edits.map { locations.region($0.start..<$0.end) }, imports: edits.isEmpty ? [] : imports)
    }
}

private final class ImportCollector: SyntaxVisitor {
    var modules: Set<String> = []

    override func visit(_ node: ImportDeclSyntax) -> SyntaxVisitorContinueKind {
        if let module = node.path.first?.name.text { modules.insert(module) }
        return .skipChildren
    }

    // Imports are at the top level, or in `#if` there.
    override func visit(_ node: CodeBlockSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: MemberBlockSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
}
#endif
