// SPDX-License-Identifier: Apache-2.0
#if Tools
import ContextVarsTooling
import Testing

/// The rules about mistakes in the use of context variables.
@Suite struct MisuseTests {
    private let declaration = "import ContextVars\nenum Request { static let id = ContextVar<String?>(\"id\") }\n"

    @Test func `A variable that could be replaced becomes a constant`() {
        expectFix(
            "enum Request {\n    static var id = ContextVar<String?>(\"id\")\n}\n", .variableNotConstant,
            "enum Request {\n    static let id = ContextVar<String?>(\"id\")\n}\n")
        expectFix(
            "var id = ContextVars.ContextVar(\"id\", default: 1)\n", .variableNotConstant,
            "let id = ContextVars.ContextVar(\"id\", default: 1)\n")
    }

    @Test func `A variable of each instance becomes static`() {
        expectFix(
            "struct Request {\n    let id = ContextVar(\"id\", default: 1)\n}\n", .variableNotConstant,
            "struct Request {\n    static let id = ContextVar(\"id\", default: 1)\n}\n")
    }

    @Test(arguments: [
        "enum Request { static var id: ContextVar<Int> { ContextVar(\"id\", default: 1) } }",
        "func handle() { let id = ContextVar(\"id\", default: 1) }",
    ])
    func `A variable that is made again and again is reported`(source: String) {
        #expect(rules(source) == [.variableNotConstant])
    }

    @Test(arguments: [
        "enum Request { static let id = ContextVar<Int?>(\"id\") }",
        "private let id = ContextVar(\"id\", default: 1)",
        "@ContextValue var id: Int?",
        "import Testing\n@Test func reads() { let id = ContextVar(\"id\", default: 1) }",
        "struct Entry { let variable: ContextVar<Int> }",
    ])
    func `Constants, and the variables of a test, are left alone`(source: String) {
        #expect(rules(source) == [])
    }

    @Test func `A set in a structured child throws`() {
        #expect(rules(declaration + "group.addTask { try Request.id.set(\"a\") }") == [.setInChildTask])
        #expect(rules(declaration + "async let a = { try Request.id.set(\"a\") }()") == [.setInChildTask])
        #expect(rules("@ContextValue var id: Int?\ngroup.addTask { try $id.set(1) }") == [.setInChildTask])
    }

    @Test func `A set without a context throws`() {
        let finding = Linter(rules: [.setWithoutContext]).lint(
            source: declaration + "Task.detached { try Request.id.set(\"a\") }")
        #expect(finding.map(\.rule) == [.setWithoutContext])
        #expect(finding.map(\.severity) == [.error])
    }

    @Test(arguments: [
        "DispatchQueue.main.async { try Request.id.set(\"a\") }",
        "DispatchQueue.main.sync { try Request.id.set(\"a\") }",
        "Task.detached { DispatchQueue.main.async { try Request.id.set(\"a\") } }",
        "group.addTask { DispatchQueue.main.asyncAfter(deadline: .now()) { try Request.id.set(\"a\") } }",
        "group.notify(queue: .main) { try Request.id.set(\"a\") }",
        "OperationQueue.main.addOperation { try Request.id.set(\"a\") }",
        "RunLoop.main.perform { try Request.id.set(\"a\") }",
        "center.addObserver(forName: n, object: nil, queue: nil) { _ in try Request.id.set(\"a\") }",
        "DispatchQueue.concurrentPerform(iterations: 4) { _ in try Request.id.set(\"a\") }",
    ])
    func `A set on the main thread, in the poster's context or on the caller's thread may work`(source: String) {
        let linter = Linter(rules: [.setWithoutContext, .setInChildTask])
        #expect(linter.lint(source: "import Foundation\n" + declaration + source) == [])
    }

    @Test(arguments: [
        "queue.async { try Request.id.set(\"a\") }",
        "DispatchQueue.global().async { try Request.id.set(\"a\") }",
        "queue.addOperation { try Request.id.set(\"a\") }",
        "Task.detached { DispatchQueue.concurrentPerform(iterations: 4) { _ in try Request.id.set(\"a\") } }",
    ])
    func `A set on another thread throws`(source: String) {
        let linter = Linter(rules: [.setWithoutContext])
        #expect(
            linter.lint(source: "import Foundation\n" + declaration + source).map(\.rule) == [.setWithoutContext])
    }

    @Test(arguments: [
        "group.addTask(context: .current) { try Request.id.set(\"a\") }",
        "group.addTask { try Request.id.withValue(\"a\") { try Request.id.set(\"b\") } }",
        "group.addTask { try Context().run { try Request.id.set(\"b\") } }",
        "group.addTask { Task { try Request.id.set(\"b\") } }",
        "group.addTask { cache.set(1) }",
        "func handle() throws { try Request.id.set(\"a\") }",
    ])
    func `A set where one may be is left alone`(source: String) {
        #expect(rules(declaration + source) == [])
    }

    @Test func `A token that is kept beyond its scope is reported`() {
        let token = Rule.tokenBeyondScope
        #expect(rules(declaration + "func a() throws { self.token = try Request.id.set(\"a\") }") == [token])
        #expect(rules(declaration + "final class A { var token: Token<String?>? }") == [token])
        #expect(
            rules(
                declaration + "func a() throws { let t = try Request.id.set(\"a\"); Task { try Request.id.reset(t) } }")
                == [token])
        #expect(
            rules(
                declaration
                    + "func a() throws { let t = try Request.id.set(\"a\"); defer { try? Request.id.reset(t) } }") == []
        )
    }

    @Test func `A promise that is completed in a scope runs the callbacks of others there`() {
        expectFix(
            "import ContextVars\nimport NIOCore\ncontext.run { promise.succeed(1) }\n", .promiseInScope,
            "import ContextVars\nimport NIOCore\nimport ContextVarsNIO\ncontext.run { promise.withoutContext().succeed(1) }\n"
        )
        let nio = declaration + "import NIOCore\n"
        #expect(
            rules(nio + "Request.id.withValue(\"a\") { if ready { self.readPromise?.fail(error) } }") == [
                .promiseInScope
            ])
        #expect(rules(nio + "Request.id.withValue(\"a\") { Task { promise.succeed(1) } }") == [])
        #expect(rules(nio + "func done() { promise.succeed(1) }") == [])
        // NIOSSL's parameter of the same name.
        #expect(rules(nio + "makeServer(context: context, verify: { _, promise in promise.succeed(1) })") == [])
    }

    @Test func `Notes tell of task-local values and tasks without an end, and fail nothing`() {
        let findings = Linter().lint(
            source: """
                enum Request { @TaskLocal static var id: String? }
                let pump = Task { while true { await pool.refill() } }
                """)
        #expect(findings.map(\.rule) == [.taskLocal, .endlessTask])
        #expect(findings.allSatisfy { $0.severity == .note })
        #expect(rules("Task { while true { if await done() { break } } }") == [])
    }
}
#endif
