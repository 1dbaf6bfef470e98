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
    /// A tree has at most 100 generations; the next one begins trees of its own, as each task may have been started in the
    /// one before.
    ///
    /// - Complexity: O(*n*) for *n* contexts.
    public var tree: [Node] {
        let alive = Set(contexts.map(\.id))
        // A context may be current in two places, one inside the other; its copies are listed at the first one.
        var copies = Dictionary(grouping: contexts) { context in
            context.copiedFrom.flatMap { alive.contains($0) && $0 != context.id ? $0 : nil }
        }
        var found = (copies.removeValue(forKey: nil) ?? []).map { (context: $0, parent: Int?.none, generation: 1) }
        var place = 0
        while place < found.count {
            let (context, _, generation) = found[place]
            let isLast = generation == Self.generationsInTree
            for copy in copies.removeValue(forKey: context.id) ?? [] {
                found.append((copy, isLast ? nil : place, isLast ? 1 : generation + 1))
            }
            place += 1
        }
        // From the last one on, each comes after its copies.
        var roots: [Node] = []
        var nodes = [[Node]](repeating: [], count: found.count)
        for (place, (context, parent, _)) in found.enumerated().reversed() {
            let node = Node(context: context, copies: nodes[place].reversed())
            nodes[place] = []
            if let parent { nodes[parent].append(node) } else { roots.append(node) }
        }
        return roots.reversed()
    }

    private static let generationsInTree = 100

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
        var lines = [quantity(contexts.count, "context")]
        if tasksWithUnusedContext > 0 {
            lines.append("\(quantity(tasksWithUnusedContext, "task")) with one that isn't used yet")
        }
        if enteredBeforeStart > 0 { lines.append("\(enteredBeforeStart) entered before the inspector was started") }
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

/// A number with its noun, in the plural unless the number is 1.
private func quantity(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}
