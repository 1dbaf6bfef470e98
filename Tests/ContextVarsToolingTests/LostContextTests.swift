// SPDX-License-Identifier: Apache-2.0
#if Tools
import ContextVarsTooling
import Testing

/// The rules about calls that lose a context.
@Suite struct LostContextTests {
    @Test(arguments: [
        ("queue.async { work() }", "queue.async(context: .current) { work() }"),
        ("queue.async(group: group) { work() }", "queue.async(group: group, context: .current) { work() }"),
        ("queue.async(execute: { work() })", "queue.async(context: .current, execute: { work() })"),
        (
            "queue.asyncAfter(deadline: .now() + 1) { work() }",
            "queue.asyncAfter(deadline: .now() + 1, context: .current) { work() }"
        ),
        ("DispatchQueue.main.sync { work() }", "DispatchQueue.main.sync(context: .current) { work() }"),
        ("group.notify(queue: queue) { work() }", "group.notify(queue: queue, context: .current) { work() }"),
        ("let item = DispatchWorkItem { work() }", "let item = DispatchWorkItem(context: .current) { work() }"),
        ("source.setEventHandler { work() }", "source.setEventHandler(context: .current) { work() }"),
        (
            "DispatchQueue.concurrentPerform(iterations: 4) { work($0) }",
            "DispatchQueue.concurrentPerform(iterations: 4, context: .current) { work($0) }"
        ),
    ])
    func `Blocks of Dispatch get a context`(source: String, fixed: String) {
        expectFix(
            "import Dispatch\n\(source)\n", .dispatchBlock,
            "import Dispatch\nimport ContextVars\nimport ContextVarsDispatch\n\(fixed)\n")
    }

    @Test(arguments: [
        ("queue.addOperation { work() }", "queue.addOperation(context: .current) { work() }", Rule.operationBlock),
        ("let o = BlockOperation { work() }", "let o = BlockOperation(context: .current) { work() }", .operationBlock),
        ("Thread.detachNewThread { work() }", "Thread.detachNewThread(context: .current) { work() }", .threadBlock),
        ("let t = Thread { work() }", "let t = Thread(context: .current) { work() }", .threadBlock),
        ("RunLoop.main.perform { work() }", "RunLoop.main.perform(context: .current) { work() }", .timerBlock),
        (
            "Timer.scheduledTimer(withTimeInterval: 1, repeats: true) { _ in work() }",
            "Timer.scheduledTimer(withTimeInterval: 1, repeats: true, context: .current) { _ in work() }", .timerBlock
        ),
        (
            "center.addObserver(forName: n, object: nil, queue: nil) { _ in work() }",
            "center.addObserver(forName: n, object: nil, queue: nil, context: .current) { _ in work() }",
            .notificationObserver
        ),
    ])
    func `Blocks of Foundation get a context`(source: String, fixed: String, rule: Rule) {
        expectFix(
            "import Foundation\n\(source)\n", rule,
            "import Foundation\nimport ContextVars\nimport ContextVarsFoundation\n\(fixed)\n")
    }

    @Test(arguments: [
        ("eventLoop.execute { work() }", "eventLoop.execute(context: .current) { work() }"),
        ("self.loop.submit { work() }", "self.loop.submit(context: .current) { work() }"),
        (
            "loop.scheduleTask(in: .seconds(1)) { work() }",
            "loop.scheduleTask(in: .seconds(1), context: .current) { work() }"
        ),
        (
            "loop.scheduleRepeatedTask(initialDelay: a, delay: b) { _ in work() }",
            "loop.scheduleRepeatedTask(initialDelay: a, delay: b, context: .current) { _ in work() }"
        ),
        (
            "loop.scheduleRepeatedTask(initialDelay: a, delay: b, notifying: p) { _ in work() }",
            "loop.scheduleRepeatedTask(initialDelay: a, delay: b, context: .current, notifying: p) { _ in work() }"
        ),
    ])
    func `Functions on event loops get a context`(source: String, fixed: String) {
        expectFix(
            "import NIOCore\n\(source)\n", .eventLoopBlock,
            "import NIOCore\nimport ContextVars\nimport ContextVarsNIO\n\(fixed)\n")
    }

    @Test(arguments: [
        (
            "let price = cache.load(item).flatMapThrowing { try parse($0) }.map { log($0) }",
            "let price = cache.load(item).inContext(.current).flatMapThrowing { try parse($0) }.map { log($0) }.future"
        ),
        (
            "channel.closeFuture.whenComplete { _ in log() }",
            "channel.closeFuture.inContext(.current).whenComplete { _ in log() }"
        ),
        (
            "promise.futureResult.map { log($0) }.whenFailure { report($0) }",
            "promise.futureResult.inContext(.current).map { log($0) }.whenFailure { report($0) }"
        ),
    ])
    func `Each chain of a future gets a context once`(source: String, fixed: String) {
        expectFix(
            "import NIOCore\n\(source)\n", .futureCallback,
            "import NIOCore\nimport ContextVars\nimport ContextVarsNIO\n\(fixed)\n")
    }

    @Test func `A completion handler of URLSession is wrapped, with the types of its parameters`() {
        expectFix(
            """
            import Foundation
            let task = session.dataTask(with: url) { data, response, error in
                show(data)
            }

            """, .urlSessionHandler,
            """
            import Foundation
            import ContextVars
            let task = session.dataTask(with: url, completionHandler: ContextSnapshot.current.wrap { \
            (data: Data?, response: URLResponse?, error: (any Error)?) in
                show(data)
            })

            """)
    }

    @Test func `A stored handler is wrapped`() {
        expectFix(
            "continuation.onTermination = { _ in stop() }\n", .storedHandler,
            "import ContextVars\n\ncontinuation.onTermination = ContextSnapshot.current.wrap { _ in stop() }\n")
    }

    @Test func `Detached tasks and threads of C are reported without a fix`() {
        #expect(rules("Task.detached { await work() }") == [.detachedTask])
        #expect(rules("pthread_create(&thread, nil, { _ in nil }, nil)") == [.threadBlock])
    }

    @Test(arguments: [
        "import Dispatch\nqueue.async(context: .current) { work() }",
        "import Dispatch\nqueue.async { claimed.run(work) }",
        "import Dispatch\nqueue.async { for _ in 0..<3 { other.async { counter += 1 } } }",
        "import Dispatch\nqueue.async { semaphore.signal() }",
        "import Dispatch\nqueue.async { self.state = .done }",
        "import Dispatch\nqueue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }",
        "import Dispatch\nqueue.async { snapshot.run { work() } }",
        "import Dispatch\nqueue.async { continuation.resume(returning: Reply(code: 1)) }",
        // The `async` of a database, whose block gets a connection.
        "import Foundation\nwriter.async { db in try db.save() }",
        "import Foundation\nwriter.async { $0.releaseMemory() }",
        "async { work() }",
        "import NIOCore\nlet names = list.map { describe($0) }",
        "import NIOCore\nfuture.inContext(.current).map { log($0) }.whenFailure { log($0) }",
        "import NIOCore\nfuture.whenComplete { _ in promise.succeed(()) }",
        "let result = Result { try work() }.flatMapError { recover($0) }",
        "executor.execute { work() }",
        "Task.detached { continuation.finish() }",
        "session.dataTask(with: url)",
    ])
    func `What keeps its context, or needs none, is left alone`(source: String) {
        #expect(rules(source) == [])
    }

    @Test func `A call whose name is missing could be any`() {
        #expect(rules("import Dispatch\nqueue.async { x.() }") == [.dispatchBlock])
    }

    @Test func `A block that reads a declared variable needs a context`() {
        let declaration = "import Dispatch\nenum Request { @ContextValue static var tenant = 1 }\n"
        #expect(rules(declaration + "queue.async { label.value = other }") == [])
        #expect(rules(declaration + "queue.async { label.value = Request.tenant }") == [.dispatchBlock])
    }
}

/// The rules that a source breaks, in its order.
func rules(_ source: String) -> [Rule] {
    Linter().lint(source: source).map(\.rule)
}

/// Checks that a source breaks one rule, what the fix makes of it, and that nothing is left to fix then.
func expectFix(_ source: String, _ rule: Rule, _ fixed: String, at location: SourceLocation = #_sourceLocation) {
    #expect(rules(source) == [rule], sourceLocation: location)
    let result = Linter().fix(source: source)
    #expect(result.text == fixed, sourceLocation: location)
    #expect(result.count == 1, sourceLocation: location)
    #expect(rules(result.text) == [], sourceLocation: location)
}
#endif
