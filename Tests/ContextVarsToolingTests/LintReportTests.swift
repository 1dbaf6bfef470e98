// SPDX-License-Identifier: Apache-2.0
#if Tools
import ContextVarsTooling
import Foundation
import Testing

@Suite struct LintReportTests {
    private let lossy = "import Dispatch\nqueue.async { work() }"

    @Test func `A comment with a reason ignores its line, or the line below`() {
        #expect(
            ignored("import Dispatch\nqueue.async { work() }  // contextvars:ignore no request here\n") == [
                "no request here"
            ])
        #expect(
            ignored("import Dispatch\n// contextvars:ignore no request here\n// more\nqueue.async { work() }\n")
                == ["no request here"])
        #expect(
            ignored("import Dispatch\n// contextvars:ignore[dispatch-block] set-up\nqueue.async { work() }\n") == [
                "set-up"
            ])
    }

    @Test func `A comment without a reason, for another rule or for nothing is itself reported`() {
        #expect(
            rules("import Dispatch\nqueue.async { work() }  // contextvars:ignore\n") == [
                .dispatchBlock, .ignoreComment,
            ])
        #expect(rules("// contextvars:ignore because\nlet a = 1\n") == [.ignoreComment])
        #expect(
            rules("import Dispatch\n// contextvars:ignore[detached-task] because\nqueue.async { work() }\n")
                == [.ignoreComment, .dispatchBlock])
        #expect(rules("let a = \"// contextvars:ignore in a string\"") == [])
    }

    private func ignored(_ source: String) -> [String?] {
        Linter().lint(source: source).map(\.ignored)
    }

    @Test func `The exit status tells nothing, something or unreadable`() throws {
        let folder = try TemporaryFolder()
        try folder.write("let a = 1\n", to: "Plain.swift")
        #expect(Linter().lint([folder.path]).exitStatus == 0)
        try folder.write("enum A { @TaskLocal static var b = 1 }\n", to: "Note.swift")
        #expect(Linter().lint([folder.path]).exitStatus == 0)
        try folder.write(lossy, to: "Sub/Lossy.swift")
        #expect(Linter().lint([folder.path]).exitStatus == 1)
        try folder.write(Data([0xff, 0xfe, 0xc3, 0x28]), to: "Broken.swift")
        let report = Linter().lint([folder.path])
        #expect(report.exitStatus == 2)
        #expect(report.counted.count == 2)
    }

    @Test func `A path that doesn't exist is unreadable, and the others are looked at`() throws {
        let folder = try TemporaryFolder()
        try folder.write(lossy, to: "A.swift")
        let report = Linter().lint([folder.path + "/Nothing", folder.path])
        #expect(report.unreadable == [.notFound(folder.path + "/Nothing")])
        #expect(report.exitStatus == 2)
        #expect(report.counted.count == 1)
        #expect(try Linter().fix(report).remaining.exitStatus == 2)
        #expect(throws: ToolError.notFound(folder.path + "/Nothing")) { try Migration.plan([folder.path + "/Nothing"]) }
    }

    // The superuser may list all folders.
    @Test(.enabled(if: getuid() != 0))
    func `A folder that can't be listed is unreadable`() throws {
        let folder = try TemporaryFolder()
        try folder.write(lossy, to: "Closed/A.swift")
        let closed = folder.path + "/Closed"
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: closed)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: closed) }
        #expect(Linter().lint([folder.path]).exitStatus == 2)
        #expect(throws: ToolError.self) { try Migration.plan([folder.path]) }
    }

    @Test func `Hidden folders and other files aren't looked at`() throws {
        let folder = try TemporaryFolder()
        try folder.write(lossy, to: ".build/checkouts/A.swift")
        try folder.write(lossy, to: "README.md")
        try folder.write("let a = 1\n", to: "Sources/B.swift")
        let report = Linter().lint([folder.path])
        #expect(report.files == [folder.path + "/Sources/B.swift"])
        #expect(report.findings.isEmpty)
    }

    @Test func `A variable that another file declares is known`() throws {
        let folder = try TemporaryFolder()
        try folder.write("enum Request { static let id = ContextVar<Int?>(\"id\") }\n", to: "A.swift")
        try folder.write("func f() { group.addTask { try Request.id.set(1) } }\n", to: "B.swift")
        #expect(Linter().lint([folder.path]).findings.map(\.rule) == [.setInChildTask])
    }

    @Test func `Fixing changes the files, and a second time nothing`() throws {
        let folder = try TemporaryFolder()
        try folder.write(lossy, to: "A.swift")
        let (fixed, remaining) = try Linter().fix(Linter().lint([folder.path]))
        #expect(fixed == 1)
        #expect(remaining.findings.isEmpty)
        let text = try folder.read("A.swift")
        #expect(text.hasSuffix("queue.async(context: .current) { work() }"))
        #expect(try Linter().fix(remaining).fixed == 0)
        #expect(try folder.read("A.swift") == text)
    }

    @Test func `An import ends as the other lines do`() {
        let text = Linter().fix(source: "import Dispatch\r\nqueue.async { work() }\r\n").text
        #expect(text.hasPrefix("import Dispatch\r\nimport ContextVars\r\nimport ContextVarsDispatch\r\n"))
    }

    @Test func `A file that several paths lead to is fixed once, and links to it stay links`() throws {
        let folder = try TemporaryFolder()
        try folder.write(lossy, to: "Sub/B.swift")
        let link = folder.path + "/A.swift"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "Sub/B.swift")
        let file = folder.path + "/Sub/B.swift"
        #expect(Linter().lint([folder.path]).files == [file])
        let report = Linter().lint([folder.path, file, folder.path + "/Sub/../Sub/B.swift", folder.path + "/./Sub"])
        #expect(report.files.count == 1)
        #expect(Linter().lint([link]).files == [link])
        #expect(try Linter().fix(Linter().lint([link, folder.path + "/./A.swift"])).fixed == 1)
        #expect(try folder.read("Sub/B.swift").hasSuffix("\nqueue.async(context: .current) { work() }"))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "Sub/B.swift")
    }

    @Test func `Text has a line for editors, the advice and a summary`() throws {
        let folder = try TemporaryFolder()
        try folder.write(lossy, to: "A.swift")
        let lines = Linter().lint([folder.path]).formatted(as: .text).split(separator: "\n")
        #expect(
            lines == [
                "\(folder.path)/A.swift:2:7: warning: this block runs on a thread of Dispatch, without the caller's context [dispatch-block]",
                "    pass `context: .current` (--fix does it)", "1 file: 1 warning",
            ])
    }

    @Test func `JSON and SARIF have findings, fixes and reasons`() throws {
        let folder = try TemporaryFolder()
        try folder.write(lossy + "\nTask.detached { work() }  // contextvars:ignore a pool\n", to: "A b.swift")
        let report = Linter().lint([folder.path])

        let json = try #require(try object(report.formatted(as: .json)))
        let findings = try #require(json["findings"] as? [[String: Any]])
        #expect(findings.map { $0["rule"] as? String } == ["dispatch-block", "detached-task"])
        #expect(findings.map { $0["line"] as? Int } == [2, 3])
        #expect(findings.last?["ignored"] as? String == "a pool")

        let sarif = try #require(try object(report.formatted(as: .sarif)))
        #expect(sarif["version"] as? String == "2.1.0")
        let run = try #require((sarif["runs"] as? [[String: Any]])?.first)
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.map { $0["ruleId"] as? String } == ["dispatch-block", "detached-task"])
        #expect(results.first?["fixes"] != nil)
        let suppressions = try #require(results.last?["suppressions"] as? [[String: Any]])
        #expect(suppressions.first?["justification"] as? String == "a pool")
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        #expect((driver["rules"] as? [Any])?.count == Rule.allCases.count)
        #expect(report.formatted(as: .sarif).contains("/A%20b.swift\""))
    }

    @Test func `Columns are bytes in text, as compilers print them, and UTF-16 code units in SARIF`() throws {
        let folder = try TemporaryFolder()
        try folder.write("import Dispatch\n/* é😀 */ queue.async { work() }\n", to: "A.swift")
        let report = Linter().lint([folder.path])
        #expect(report.findings.map(\.line) == [2])
        #expect(report.findings.map(\.column) == [20])
        #expect(report.text().contains("A.swift:2:20: "))

        let sarif = try #require(try object(report.formatted(as: .sarif)))
        let run = try #require((sarif["runs"] as? [[String: Any]])?.first)
        #expect(run["columnKind"] as? String == "utf16CodeUnits")
        let result = try #require((run["results"] as? [[String: Any]])?.first)
        let location = try #require((result["locations"] as? [[String: Any]])?.first)
        let place = try #require(location["physicalLocation"] as? [String: Any])
        #expect(
            place["region"] as? [String: Int]
                == ["startLine": 2, "startColumn": 17, "endLine": 2, "endColumn": 22])
        let fix = try #require((result["fixes"] as? [[String: Any]])?.first)
        let change = try #require((fix["artifactChanges"] as? [[String: Any]])?.first)
        let replacement = try #require((change["replacements"] as? [[String: Any]])?.first)
        #expect(
            replacement["deletedRegion"] as? [String: Int]
                == ["startLine": 2, "startColumn": 22, "endLine": 2, "endColumn": 22])
    }

    @Test func `The guide's table has every rule, with its severity`() throws {
        let guide = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Documentation/Guides/Tools.md")
        let rows = try String(contentsOf: guide, encoding: .utf8).split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return cells.count == 4 && Severity(rawValue: cells[1]) != nil ? cells[..<2].joined(separator: " ") : nil
        }
        #expect(rows == Rule.allCases.map { "`\($0.rawValue)` \($0.severity.rawValue)" })
    }

    @Test func `This package's own code loses a context only where it says why`() throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        let paths = ["Examples", "Sources", "Tests/Support"].map { package.appending(path: $0).path }
        let report = Linter().lint(paths)
        #expect(report.exitStatus == 0, "\(report.text())")
        #expect(report.files.count > 300)
    }

    private func object(_ text: String) throws -> [String: Any]? {
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    }
}
#endif
