// SPDX-License-Identifier: Apache-2.0
#if Tools
import Foundation
import SwiftParser
import SwiftSyntax
import Testing

/// The package's own sources: which forms of `context:` its integrations offer.
@Suite struct ContextParametersTests {
    @Test func `No public parameter named context has a default value`() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")
            .standardizedFileURL
        var parameters = 0
        for module in try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted()
        where module.hasPrefix("ContextVars") {
            let folder = sources.appending(path: module)
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
            where name.hasSuffix(".swift") {
                let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
                let found = ContextParameters(in: text)
                parameters += found.lines.count
                #expect(
                    found.linesWithDefaults.isEmpty,
                    """
                    Sources/\(module)/\(name), lines \(found.linesWithDefaults): `context:` must not have a default value. \
                    What keeps a context for longer than the call, such as a handler of a pooled channel, would silently \
                    keep that of the request which happens to make it; and where the library has the same function \
                    without `context:`, Swift prefers that, so a forgotten argument would lose the context.
                    """)
            }
        }
        #expect(parameters > 50, "the integrations' functions are found")
    }

    @Test func `A default value is found, in whatever kind of public declaration`() {
        let found = ContextParameters(
            in: """
                public init<Source: ContextSource>(context: Source = .current) {}
                extension Loop {
                    #if NIO
                    public func execute(
                        context source: ContextSnapshot = .current, _ body: () -> Void
                    ) {}
                    #endif
                }
                public extension Queue { func async(context: ContextSnapshot = .current) {} }
                open class Pool { open subscript(context context: ContextSnapshot = .current) -> Int { 0 } }
                public protocol Runner { func run(context: ContextSnapshot) }
                func internalOne(context: ContextSnapshot = .current) {}
                """)
        #expect(found.lines == [1, 5, 9, 10, 11])
        #expect(found.linesWithDefaults == [1, 5, 9, 10])
    }
}

/// Where public declarations have a parameter that callers write as `context:`.
private final class ContextParameters: SyntaxVisitor {
    private(set) var lines: [Int] = []
    private(set) var linesWithDefaults: [Int] = []
    private let converter: SourceLocationConverter

    init(in text: String) {
        let file = Parser.parse(source: text)
        converter = SourceLocationConverter(fileName: "", tree: file)
        super.init(viewMode: .sourceAccurate)
        walk(file)
    }

    override func visit(_ node: FunctionParameterSyntax) -> SyntaxVisitorContinueKind {
        guard node.firstName.text == "context", isPublic(node) else { return .visitChildren }
        let line = converter.location(for: node.positionAfterSkippingLeadingTrivia).line
        lines.append(line)
        if node.defaultValue != nil { linesWithDefaults.append(line) }
        return .visitChildren
    }

    /// Whether the declaration of a parameter is public: it says so, or its extension or protocol does.
    private func isPublic(_ parameter: FunctionParameterSyntax) -> Bool {
        var isMember = false
        for ancestor in sequence(first: Syntax(parameter), next: \.parent).dropFirst() {
            guard let declaration = ancestor.asProtocol((any WithModifiersSyntax).self) else { continue }
            let gives = !isMember || ancestor.is(ExtensionDeclSyntax.self) || ancestor.is(ProtocolDeclSyntax.self)
            let access = declaration.modifiers.map(\.name.tokenKind)
            if gives && (access.contains(.keyword(.public)) || access.contains(.keyword(.open))) { return true }
            if access.contains(where: Self.hiding.contains) { return false }
            isMember = true
        }
        return false
    }

    private static let hiding: [TokenKind] = [
        .keyword(.private), .keyword(.fileprivate), .keyword(.internal), .keyword(.package),
    ]
}
#endif
