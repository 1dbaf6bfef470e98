// SPDX-License-Identifier: Apache-2.0
#if Tools
import Foundation

/// The Swift files that a command was asked to look at.
enum SourceFiles {
    /// The paths of the files themselves and of all Swift files below the folders, sorted, each file once, and why
    /// others can't be looked at.
    ///
    /// Hidden folders, `.build` among them, are left out. Of several paths to a file, one that isn't a link is taken.
    static func find(in paths: [String]) -> (files: [String], unreadable: [ToolError]) {
        var files: Set<String> = []
        var unreadable: [ToolError] = []
        for path in paths {
            var isFolder: ObjCBool = false
            if !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
                unreadable.append(.notFound(path))
            } else if isFolder.boolValue {
                files.formUnion(swiftFiles(below: path, &unreadable))
            } else {
                files.insert(path)
            }
        }
        // Edits that were made for one path are wrong once those of another have changed the same file.
        var byTarget: [String: String] = [:]
        for path in files.sorted() {
            let target = resolved(path)
            if let other = byTarget[target], !isLink(other) || isLink(path) { continue }
            byTarget[target] = path
        }
        return (byTarget.values.sorted(), unreadable)
    }

    private static func swiftFiles(below folder: String, _ unreadable: inout [ToolError]) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            unreadable.append(.unreadable(folder, error.localizedDescription))
            return []
        }
        var files: [String] = []
        for name in names where !name.hasPrefix(".") {
            let path = folder == "." ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            if isFolder.boolValue {
                if !isLink(path) { files += swiftFiles(below: path, &unreadable) }
            } else if name.hasSuffix(".swift") {
                files.append(path)
            }
        }
        return files
    }

    /// Folders that are links are left out: they may lead back.
    private static func isLink(_ path: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    }

    /// The path of what a path leads to, all links followed.
    private static func resolved(_ path: String) -> String {
        // (Not by URL, which takes `link/..` for the folder that the link is in.)
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The text of a file.
    ///
    /// - Throws: ``ToolError/unreadable(_:_:)`` where it can't be read or isn't UTF-8.
    static func read(_ path: String) throws(ToolError) -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw .unreadable(path, "\(error.localizedDescription)")
        }
    }

    /// Replaces the text of a file; a link stays one, and what it leads to changes.
    ///
    /// - Throws: ``ToolError/unwritable(_:_:)`` where it can't be written.
    static func write(_ text: String, to path: String) throws(ToolError) {
        do {
            try text.write(toFile: resolved(path), atomically: true, encoding: .utf8)
        } catch {
            throw .unwritable(path, "\(error.localizedDescription)")
        }
    }
}
#endif
