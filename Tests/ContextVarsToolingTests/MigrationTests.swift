// SPDX-License-Identifier: Apache-2.0
#if Tools
import ContextVarsTooling
import Foundation
import Testing

@Suite struct MigrationTests {
    private let source = """
        import Foundation

        enum Request {
            @TaskLocal static var id: String?
            @TaskLocal
            public static var tenant = "public"
        }

        func handle() {
            Request.$id.withValue("a7") {
                print(Request.id ?? "-", Request.$tenant.get())
            }
        }

        """

    @Test func `A declaration changes in a word, and its uses don't`() throws {
        let migration = Migration.plan(sources: ["A.swift": source])
        let change = try #require(migration.changes.first)
        #expect(change.declarations == 2)
        #expect(
            change.after
                == source.replacing("@TaskLocal", with: "@ContextValue").replacing(
                    "import Foundation", with: "import Foundation\nimport ContextVarsMacros"))
        #expect(migration.unchangedUses == 2)
        #expect(
            migration.report().hasSuffix(
                "2 declarations in 1 file turned into @ContextValue, 2 uses unchanged, 1 place to look at\n"))
    }

    @Test func `What it can't do, it lists`() {
        let migration = Migration.plan(sources: [
            "A.swift": """
            enum Request { @Swift.TaskLocal static var id: String? }
            let local = TaskLocal<Int>(wrappedValue: 1)
            func take(_ local: TaskLocal<String?>) {}
            """,
            "B.swift": """
            func use() {
                take(Request.$id)
                Request.$id.withValue("a", file: #fileID) {}
                print(Request.$id.wrappedValue as Any)
                ServiceContext.$current.withValue(context) {}
                list.map { $0 + $1 }
            }
            """,
        ])
        #expect(migration.changes.map(\.path) == ["A.swift"])
        #expect(
            migration.remarks.map { "\($0.path):\($0.line)" } == [
                "A.swift:2", "A.swift:3", "B.swift:2", "B.swift:3", "B.swift:4", "B.swift:5",
            ])
        #expect(
            migration.changes.first?.after.hasPrefix("import ContextVarsMacros\n\nenum Request { @ContextValue static")
                == true)
    }

    @Test func `A public variable changes an interface, which is said`() {
        let migration = Migration.plan(sources: ["A.swift": "public enum A { @TaskLocal public static var b = 1 }"])
        #expect(migration.remarks.count == 1)
    }

    @Test func `Without task-local values there is nothing to do`() {
        let migration = Migration.plan(sources: ["A.swift": "let a = 1\n// TaskLocal\n"])
        #expect(migration.changes.isEmpty)
        #expect(migration.diff() == "")
    }

    @Test(arguments: [true, false])
    func `The diff is one that git applies`(endsWithBreak: Bool) throws {
        let folder = try TemporaryFolder()
        let long = (1...40).map { "let value\($0) = \($0)\n" }.joined()
        let text = source + long + "enum Other { @TaskLocal static var last = 1 }" + (endsWithBreak ? "\n" : "")
        try folder.write(text, to: "A.swift")
        let migration = Migration.plan(sources: ["A.swift": text])
        try folder.write(migration.diff(), to: "migration.diff")
        #expect(try run("git", ["apply", "migration.diff"], in: folder.path) == 0)
        #expect(try folder.read("A.swift") == migration.changes.first?.after)
    }

    @Test(arguments: ["import Foundation\n", ""])
    func `A file whose lines end with CR and LF keeps them, and git applies its diff`(start: String) throws {
        let folder = try TemporaryFolder()
        let long = (1...40).map { "let value\($0) = \($0)\n" }.joined()
        let text = (start + "enum A { @TaskLocal static var b = 1 }\n" + long).replacing("\n", with: "\r\n")
        try folder.write(text, to: "A.swift")
        let migration = Migration.plan(sources: ["A.swift": text])
        let after = try #require(migration.changes.first?.after)
        #expect(after.contains("import ContextVarsMacros\r\n"))
        #expect(after.utf8.count { $0 == UInt8(ascii: "\r") } == after.utf8.count { $0 == UInt8(ascii: "\n") })
        #expect(migration.diff().utf8.count { $0 == UInt8(ascii: "\n") } < 20, "only what is near the changes")
        try folder.write(migration.diff(), to: "migration.diff")
        #expect(try run("git", ["apply", "migration.diff"], in: folder.path) == 0)
        #expect(try folder.read("A.swift") == after)
    }

    @Test func `In place, the files change`() throws {
        let folder = try TemporaryFolder()
        try folder.write(source, to: "A.swift")
        try Migration.plan([folder.path]).write()
        #expect(try folder.read("A.swift").contains("@ContextValue static var id"))
        #expect(try Migration.plan([folder.path]).changes.isEmpty)
    }

    @Test func `In place, what a link leads to changes, and the link stays`() throws {
        let folder = try TemporaryFolder()
        try folder.write(source, to: "B.txt")
        let link = folder.path + "/A.swift"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "B.txt")
        try Migration.plan([folder.path]).write()
        #expect(try folder.read("B.txt").contains("@ContextValue static var id"))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "B.txt")
    }

    private func run(_ program: String, _ arguments: [String], in folder: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
#endif
