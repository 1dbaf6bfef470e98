// SPDX-License-Identifier: Apache-2.0
#if Tools
import Foundation

/// The Swift files that a command was asked to look at.
enum SourceFiles {
    /// The paths of the files themselves and of all Swift files below the folders, sorted, each once.
    ///
    /// Hidden folders, `.build` among them, are left out.
    ///
    /// - Throws: ``ToolError/notFound(_:)`` for a path that doesn't exist.
    static func find(in paths: [String]) throws(ToolError) -> [String] {
        var files: Set<String> = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw .notFound(path)
            }
            if isFolder.boolValue {
                files.formUnion(swiftFiles(below: path))
            } else {
                files.insert(path)
            }
        }
        return files.sorted()
    }

    private static func swiftFiles(below folder: String) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        return names.filter { !$0.hasPrefix(".") }.flatMap { name in
            let path = folder == "." ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            if isFolder.boolValue { return isLink(path) ? [] : swiftFiles(below: path) }
            return name.hasSuffix(".swift") ? [path] : []
        }
    }

    /// Folders that are links are left out: they may lead back.
    private static func isLink(_ path: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
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

    /// Replaces the text of a file.
    ///
    /// - Throws: ``ToolError/unwritable(_:_:)`` where it can't be written.
    static func write(_ text: String, to path: String) throws(ToolError) {
        do {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw .unwritable(path, "\(error.localizedDescription)")
        }
    }
}
#endif
