// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The contexts that ``ContextInspector/live()`` has found.
public struct LiveReport: Codable, Sendable {
    /// The contexts, in the order of their numbers.
    public let contexts: [LiveContext]
    /// How many tasks have a copy that they haven't used yet.
    public let tasksWithUnusedContext: Int
    /// How many contexts were entered before the inspector was started, or while it made this report.
    ///
    /// Nothing else is known about them.
    public let enteredBeforeStart: Int

    init(contexts: [LiveContext] = [], tasksWithUnusedContext: Int = 0, enteredBeforeStart: Int = 0) {
        self.contexts = contexts
        self.tasksWithUnusedContext = tasksWithUnusedContext
        self.enteredBeforeStart = enteredBeforeStart
    }

    /// A context and those that were copied from it.
    public struct Node: Codable, Sendable {
        /// The context.
        public let context: LiveContext
        /// The copies.
        public let copies: [Node]
    }

    /// The contexts as trees: each below the one that it was copied from, if that one is alive.
    ///
    /// - Complexity: O(*n*) for *n* contexts.
    public var tree: [Node] {
        let alive = Set(contexts.map(\.id))
        // A context may be current in two places, one inside the other; its copies are listed at the first one.
        var copies = Dictionary(grouping: contexts) { context in
            context.copiedFrom.flatMap { alive.contains($0) && $0 != context.id ? $0 : nil }
        }
        func nodes(under parent: UInt64?) -> [Node] {
            (copies.removeValue(forKey: parent) ?? []).map { Node(context: $0, copies: nodes(under: $0.id)) }
        }
        return nodes(under: nil)
    }

    /// The report as JSON.
    ///
    /// - Complexity: O(*n*) for *n* contexts.
    public var json: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers and texts: encoding them can't fail, except an infinite number, which an age isn't.
        return (try? encoder.encode(self)) ?? Data("{}".utf8)
    }
}

extension LiveReport: CustomStringConvertible {
    /// The tree as text, one line for each context.
    public var description: String {
        var lines = ["\(contexts.count) contexts"]
        if tasksWithUnusedContext > 0 { lines.append("\(tasksWithUnusedContext) tasks have not used theirs yet") }
        if enteredBeforeStart > 0 {
            lines.append("\(enteredBeforeStart) were entered before the inspector was started")
        }
        func add(_ nodes: [Node], _ indentation: String) {
            for node in nodes {
                lines.append("\(indentation)\(node.context)")
                add(node.copies, indentation + "  ")
            }
        }
        add(tree, "")
        return lines.joined(separator: "\n")
    }
}
