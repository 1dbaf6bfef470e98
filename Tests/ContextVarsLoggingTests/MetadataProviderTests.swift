// SPDX-License-Identifier: Apache-2.0
#if Logging
import ContextVars
import ContextVarsLogging
import Dispatch
import Foundation
import InMemoryLogging
import Logging
import Synchronization
import TestSupport
import Testing

/// Context variables in the metadata of real loggers.
@Suite struct MetadataProviderTests {
    let id = ContextVar<String?>("request.id")
    let attempt = ContextVar("request.attempt", default: 1)
    let metadata = ContextVar<Logger.Metadata>("log.metadata", default: [:])

    // MARK: What is logged

    @Test func `Variables are logged under their names, or as they are called`() throws {
        let (logger, log) = makeLogger([LoggedVariable(id), LoggedVariable(attempt, as: "attempt")])
        try Context().run {
            try id.set("a7")
            try attempt.set(2)
            logger.info("accepted")
        }
        #expect(log.entries.map(\.metadata) == [["request.id": "a7", "attempt": .stringConvertible(2)]])
    }

    @Test func `A variable that isn't set, or is nil, is left out`() throws {
        let (logger, log) = makeLogger([LoggedVariable(id), LoggedVariable(attempt)])
        logger.info("no context")
        try Context().run {
            logger.info("nothing is set")
            try id.set(nil)
            try attempt.set(1)
            logger.info("nil, and the default on purpose")
        }
        #expect(log.entries.map(\.metadata) == [[:], [:], ["request.attempt": .stringConvertible(1)]])
    }

    @Test func `A default is logged on request`() throws {
        let tenant = ContextVar("tenant", default: "public")
        let optional = ContextVar<Int?>("limit", default: 10)
        let (logger, log) = makeLogger([
            LoggedVariable(tenant, logsDefault: true), LoggedVariable(optional, logsDefault: true),
            LoggedVariable(id, logsDefault: true),
        ])
        logger.info("no context")
        try Context().run {
            try tenant.set("acme")
            try optional.set(nil)
            logger.info("set")
        }
        #expect(
            log.entries.map(\.metadata) == [
                ["tenant": "public", "limit": .stringConvertible(10)], ["tenant": "acme"],
            ])
    }

    @Test func `A function formats values, or leaves them out`() throws {
        let user = ContextVar<User?>("user")
        let level = ContextVar("level", default: 0)
        let (logger, log) = makeLogger([
            LoggedVariable(user, as: "name") { "\($0.name)" },
            LoggedVariable(user, as: "roles") { .array($0.roles.map { "\($0)" }) },
            LoggedVariable(level) { $0 > 2 ? "high" : nil },
        ])
        try Context().run {
            logger.info("nothing")
            try level.set(1)
            try user.set(User(name: "eve", roles: ["admin", "staff"]))
            logger.info("eve")
            try level.set(3)
            try user.set(nil)
            logger.info("high")
        }
        #expect(
            log.entries.map(\.metadata) == [
                [:], ["name": "eve", "roles": ["admin", "staff"]], ["level": "high"],
            ])
    }

    private struct User: Sendable {
        var name: String
        var roles: [String]
    }

    @Test func `Attributes of a formatted value reach the handler`() throws {
        enum Sensitivity: Int64, Logger.MetadataValueAttributes.Attribute { case sensitive }
        let (logger, log) = makeLogger([
            LoggedVariable(id) { .attributed($0, attributes: [Sensitivity.sensitive]) }
        ])
        id.withValue("a7") { logger.info("accepted") }
        let value = try #require(log.entries.first?.metadata["request.id"])
        #expect(value.description == "a7" && value.attributes[Sensitivity.self] == .sensitive)
    }

    // MARK: Handlers that write later

    @Test(arguments: [LoggedVariable.Privacy.public, .hashed])
    func `An object is logged as it was at the message, whatever becomes of it`(privacy: LoggedVariable.Privacy) {
        let order = ContextVar<Order?>("order")
        let required = ContextVar("required", default: Order())
        let (logger, log) = makeLogger([
            LoggedVariable(order, privacy: privacy), LoggedVariable(required, privacy: privacy),
        ])
        let object = Order()
        for state in ["open", "paid", "open"] {
            object.state.withLock { $0 = state }
            order.withValue(object) { required.withValue(object) { logger.info("logged") } }
        }
        object.state.withLock { $0 = "shipped" }
        let written = log.entries.map { $0.metadata.mapValues(\.description) }
        #expect(written.count == 3 && written[0] == written[2] && written[0] != written[1])
        if privacy == .public { #expect(written[0] == ["order": "open", "required": "open"]) }
    }

    private final class Order: CustomStringConvertible, Sendable {
        let state = Mutex("new")
        var description: String { state.withLock { $0 } }
    }

    @Test(arguments: [LoggedVariable.Privacy.public, .hashed])
    func `A description that reads another variable is logged as it was at the message`(
        privacy: LoggedVariable.Privacy
    ) throws {
        let price = ContextVar<Price?>("price")
        let (logger, log) = makeLogger([LoggedVariable(price, privacy: privacy)])
        for currency in ["EUR", "USD", "EUR"] {
            Price.currency.withValue(currency) { price.withValue(Price()) { logger.info("priced") } }
        }
        let written = Price.currency.withValue("of the writer") {
            log.entries.map { $0.metadata["price"]?.description }
        }
        #expect(written[0] == written[2] && written[0] != written[1])
        if privacy == .public { #expect(written == ["1 EUR", "1 USD", "1 EUR"]) }
    }

    private struct Price: CustomStringConvertible, Sendable {
        static let currency = ContextVar("currency", default: "-")
        var description: String { "1 \(Price.currency.get())" }
    }

    @Test func `A handler that asks for metadata later gets what is current there then; one that asks in log is right`()
        async
    {
        for asksInLog in [true, false] {
            let handler = BufferingHandler(.contextVars([LoggedVariable(id)]), asksInLog: asksInLog)
            let logger = Logger(label: "test") { _ in handler }
            id.withValue("a7") { logger.info("of a7") }
            id.withValue("b8") { handler.write() }
            id.withValue("a7") { logger.info("of a7") }
            await onQueue { handler.write() }
            #expect(handler.written == (asksInLog ? ["a7", "a7"] : ["b8", "-"]))
        }
    }

    /// Keeps messages, and writes them when it is told to.
    private final class BufferingHandler: LogHandler {
        private struct State: Sendable {
            var kept: [Logger.Metadata?] = []
            var written: [String] = []
        }
        private let state = Mutex(State())
        private let provider: Logger.MetadataProvider
        private let asksInLog: Bool

        init(_ provider: Logger.MetadataProvider, asksInLog: Bool) {
            (self.provider, self.asksInLog) = (provider, asksInLog)
        }

        var written: [String] { state.withLock { $0.written } }
        var logLevel: Logger.Level {
            get { .info }
            set {}
        }
        var metadata: Logger.Metadata {
            get { [:] }
            set {}
        }
        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { nil }
            set {}
        }

        func log(event: LogEvent) {
            let metadata = asksInLog ? provider.get() : nil
            state.withLock { $0.kept.append(metadata) }
        }

        func write() {
            state.withLock { state in
                state.written += state.kept.map { ($0 ?? provider.get())["request.id"]?.description ?? "-" }
                state.kept = []
            }
        }
    }

    // MARK: Privacy

    @Test func `A private value isn't shown`() {
        let (logger, log) = makeLogger([LoggedVariable(id, privacy: .private)])
        id.withValue("secret") { logger.info("accepted") }
        id.withValue(nil) { logger.info("none") }
        #expect(log.entries.map(\.metadata) == [["request.id": "<private>"], [:]])
    }

    @Test func `A hashed value is told from others, and isn't shown`() throws {
        let (logger, log) = makeLogger([
            LoggedVariable(id, privacy: .hashed), LoggedVariable(attempt, privacy: .hashed),
        ])
        for value in ["secret", "other", "secret"] { id.withValue(value) { logger.info("accepted") } }
        attempt.withValue(3) { logger.info("a number") }
        let hashes = log.entries.prefix(3).compactMap { $0.metadata["request.id"]?.description }
        try #require(hashes.count == 3)
        #expect(hashes[0] == hashes[2] && hashes[0] != hashes[1])
        for hash in hashes + [log.entries[3].metadata["request.attempt"]?.description ?? ""] {
            #expect(hash.wholeMatch(of: /#[0-9a-f]{8}/) != nil)
        }
    }

    @Test func `A hash is the same in all of the process, and isn't Swift's own`() throws {
        var hashes: Set<String> = []
        for _ in 0..<2 {
            let (logger, log) = makeLogger([LoggedVariable(id, privacy: .hashed)])
            id.withValue("secret") { logger.info("accepted") }
            hashes.insert(try #require(log.entries.first?.metadata["request.id"]).description)
        }
        #expect(hashes.count == 1)
        // That one has no secret where an environment makes it deterministic.
        var hasher = Hasher()
        hasher.combine("secret")
        let own = String(UInt32(truncatingIfNeeded: hasher.finalize()), radix: 16)
        #expect(!hashes.contains("#" + String(repeating: "0", count: 8 - own.count) + own))
    }

    // MARK: Beside other metadata

    @Test func `The message's own metadata comes first, then the later of two variables`() throws {
        let other = ContextVar<String?>("other")
        let (logger, log) = makeLogger([LoggedVariable(id, as: "id"), LoggedVariable(other, as: "id")])
        try Context().run {
            try id.set("a7")
            logger.info("one")
            try other.set("b8")
            logger.info("both")
            logger.info("own", metadata: ["id": "c9"])
        }
        #expect(log.entries.map(\.metadata) == [["id": "a7"], ["id": "b8"], ["id": "c9"]])
    }

    @Test func `It goes together with other providers`() throws {
        let providers = [
            Logger.MetadataProvider { ["host": "h1", "request.id": "-"] },
            .contextVars([LoggedVariable(id)]),
        ]
        let provider = try #require(Logger.MetadataProvider.multiplex(providers))
        let (logger, log) = makeLogger(provider)
        logger.info("start")
        id.withValue("a7") { logger.info("accepted") }
        #expect(
            log.entries.map(\.metadata) == [
                ["host": "h1", "request.id": "-"], ["host": "h1", "request.id": "a7"],
            ])
    }

    @Test func `Entries of a metadata variable are logged one by one, and merged`() throws {
        let (logger, log) = makeLogger([LoggedVariable(id), LoggedVariable(entriesOf: metadata)])
        try Context().run {
            logger.info("nothing")
            try metadata.merge(["order": "17", "step": "pay"])
            try id.set("a7")
            let token = try metadata.merge(["step": "ship"])
            logger.info("shipping")
            try metadata.reset(token)
            logger.info("back")
        }
        #expect(
            log.entries.map(\.metadata) == [
                [:], ["order": "17", "step": "ship", "request.id": "a7"],
                ["order": "17", "step": "pay", "request.id": "a7"],
            ])
    }

    @Test func `Merging is refused where setting is`() async {
        await onQueue {
            #expect(throws: ContextError.noCurrentContext) { try metadata.merge(["order": "17"]) }
        }
    }

    // MARK: Cost

    @Test func `A message below the level reads nothing`() {
        let reads = Reads()
        let (logger, log) = makeLogger([
            LoggedVariable(id) {
                reads.count.add(1, ordering: .relaxed)
                return "\($0)"
            }
        ])
        id.withValue("a7") {
            logger.debug("not logged")
            #expect(reads.count.load(ordering: .relaxed) == 0)
            logger.info("logged")
        }
        #expect(reads.count.load(ordering: .relaxed) == 1 && log.entries.count == 1)
    }

    private final class Reads: Sendable { let count = Atomic<Int>(0) }

    // MARK: Where code runs

    @Test func `Tasks and children log what their contexts have`() async throws {
        let (logger, log) = makeLogger([LoggedVariable(id)])
        try await Context().run {
            try id.set("a7")
            let task = Task {
                await Task.yield()
                logger.info("task")
            }
            try id.set("b8")
            await task.value
            await withTaskGroup { group in group.addTask { logger.info("child") } }
            await Task.detached { logger.info("detached") }.value
        }
        #expect(log.entries.map(\.message) == ["task", "child", "detached"])
        #expect(log.entries.map(\.metadata) == [["request.id": "a7"], ["request.id": "b8"], [:]])
    }

    @Test func `Queues and threads log what the snapshot has, and nothing without it`() async {
        let (logger, log) = makeLogger([LoggedVariable(id)])
        await id.withValue("a7") {
            let snapshot = ContextSnapshot.current
            await onQueue { logger.info("lost") }
            await onQueue { snapshot.run { logger.info("queue") } }
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    snapshot.run { logger.info("thread") }
                    continuation.resume()
                }
            }
        }
        #expect(log.entries.map(\.message) == ["lost", "queue", "thread"])
        #expect(log.entries.map(\.metadata) == [[:], ["request.id": "a7"], ["request.id": "a7"]])
    }

    @Test func `Many requests at once log their own values only`() async {
        let (logger, log) = makeLogger([LoggedVariable(id)])
        await withTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    await id.withValue("\(number)") {
                        await Task.yield()
                        await Task { logger.info("\(number)") }.value
                    }
                }
            }
        }
        #expect(log.entries.count == 200)
        for entry in log.entries {
            #expect(entry.metadata["request.id"]?.description == entry.message.description)
        }
    }

    private func makeLogger(_ variables: [LoggedVariable]) -> (Logger, InMemoryLogHandler) {
        makeLogger(.contextVars(variables))
    }

    private func makeLogger(_ provider: Logger.MetadataProvider) -> (Logger, InMemoryLogHandler) {
        var handler = InMemoryLogHandler()
        handler.metadataProvider = provider
        return (Logger(label: "test") { [handler] _ in handler }, handler)
    }
}
#endif
