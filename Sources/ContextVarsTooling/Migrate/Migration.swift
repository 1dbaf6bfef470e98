// SPDX-License-Identifier: Apache-2.0
#if Tools
/// What turning the `@TaskLocal` values of some files into `@ContextValue` ones changes, and what it leaves to a person.
public struct Migration: Sendable {
    /// A file that changes.
    public struct Change: Sendable {
        /// The path of the file.
        public let path: String
        /// What the file holds now.
        public let before: String
        /// What it will hold.
        public let after: String
        /// The number of declarations that change.
        public let declarations: Int
    }

    /// Something that the migration can't do.
    public struct Remark: Sendable, Equatable {
        /// The path of the file.
        public let path: String
        /// The line, from 1.
        public let line: Int
        /// What stays as it is, and what to do about it.
        public let message: String
    }

    /// The files that change, by path.
    public let changes: [Change]
    /// What is left to do, by path and line.
    public let remarks: [Remark]
    /// The uses of `$name` that need no change: `$name.withValue` and `$name.get`.
    ///
    /// Readings need none either, and aren't counted.
    public let unchangedUses: Int

    /// Plans the migration of files, and of those below folders.
    ///
    /// Writes nothing.
    ///
    /// - Throws: ``ToolError`` where a path doesn't exist or a file or folder can't be read.
    /// - Complexity: Linear in the size of the sources.
    public static func plan(_ paths: [String]) throws(ToolError) -> Migration {
        let found = SourceFiles.find(in: paths)
        if let error = found.unreadable.first { throw error }
        var files: [LintedFile] = []
        for path in found.files {
            files.append(LintedFile(path: path, text: try SourceFiles.read(path)))
        }
        return plan(files)
    }

    /// Plans the migration of source texts by path.
    ///
    /// - Complexity: Linear in the size of the texts.
    public static func plan(sources: [String: String]) -> Migration {
        plan(sources.sorted { $0.key < $1.key }.map { LintedFile(path: $0.key, text: $0.value) })
    }

    private static func plan(_ files: [LintedFile]) -> Migration {
        var names: Set<String> = []
        var plans: [(file: LintedFile, declarations: TaskLocalDeclarations)] = []
        for file in files where file.text.contains("TaskLocal") {
            let declarations = TaskLocalDeclarations(in: file)
            names.formUnion(declarations.names)
            plans.append((file, declarations))
        }
        let changes = plans.compactMap { file, declarations in
            declarations.edits.isEmpty
                ? nil
                : Change(
                    path: file.path, before: file.text, after: Edit.apply(declarations.edits, to: file.text),
                    declarations: declarations.names.count)
        }
        var remarks = plans.flatMap(\.declarations.remarks)
        var unchangedUses = 0
        for file in files where file.text.contains("$") {
            let uses = TaskLocalUses(of: names, in: file)
            remarks += uses.remarks
            unchangedUses += uses.unchanged
        }
        return Migration(
            changes: changes, remarks: remarks.sorted { ($0.path, $0.line) < ($1.path, $1.line) },
            unchangedUses: unchangedUses)
    }

    /// The changes as a unified diff, which `git apply` and `patch -p1` take.
    ///
    /// - Complexity: That of a line-by-line comparison of the files that change.
    public func diff() -> String {
        changes.map { UnifiedDiff(path: $0.path, before: $0.before, after: $0.after).description }.joined()
    }

    /// Writes the changes.
    ///
    /// - Throws: ``ToolError/unwritable(_:_:)`` for a file that can't be written.
    /// - Complexity: Linear in the size of the files.
    public func write() throws(ToolError) {
        for change in changes { try SourceFiles.write(change.after, to: change.path) }
    }

    /// What is left to do, one line for each place, and a summary.
    public func report() -> String {
        let declarations = changes.reduce(0) { $0 + $1.declarations }
        let lines = remarks.map { "\($0.path):\($0.line): \($0.message)" }
        let summary = """
            \(quantity(declarations, "declaration")) in \(quantity(changes.count, "file")) turned into @ContextValue, \
            \(quantity(unchangedUses, "use")) unchanged, \(quantity(remarks.count, "place")) to look at
            """
        return (lines + [summary]).joined(separator: "\n") + "\n"
    }
}
#endif
