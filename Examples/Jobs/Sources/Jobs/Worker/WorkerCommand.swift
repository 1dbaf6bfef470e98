// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ContextVarsTracing
import ExampleSupport
import Logging
import UnixSignals

/// The process that does the jobs.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Do jobs until SIGINT or SIGTERM; then end those that are under way.",
        discussion: "At its start it queues again what the worker before it was at."
    )

    @OptionGroup var options: ProcessOptions

    @Option(help: "How many jobs are under way at any time.")
    var concurrency = 8

    func validate() throws {
        try check("--concurrency", concurrency, within: 1...1_000)
    }

    func run() async throws {
        LoggingSystem.bootstrap(options.logLevel.level, forgetting: options.forget)
        let store = try JobStore(path: options.database)
        if !options.forget.contains(.requeue) { try await store.requeueTaken() }
        let worker = Worker(
            store: store, messages: try messageInstrument(), mistakes: options.forget, concurrency: concurrency)

        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            group.addTask { for await _ in signals { return } }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
