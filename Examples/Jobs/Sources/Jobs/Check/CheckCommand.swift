// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ExampleSupport
import Foundation

/// The check: both processes, a client, and a table of what each place must see.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Queue many jobs, kill the worker in the middle, and check every value. The default.",
        discussion: """
            Each job has an id, a tenant and its own language; some requests bring a hostile baggage header. Every \
            place of a job writes down what its code and its log line had. Exits with status 1 when a value is wrong, or \
            a job is lost or done for somebody else.
            """
    )

    @Option(help: "How many jobs to queue.")
    var jobs = 500

    @Option(help: "How often to kill the worker while it is at jobs. (default: 1; 0 with less than 100 jobs)")
    var killWorker: Int?

    @Option(help: "How many requests, and how many jobs, are under way at any time.")
    var concurrency = 8

    @Option(help: "The least severe log lines that the processes print, on standard error.")
    var logLevel = LogLevel.warning

    @Option(help: ArgumentHelp("Make a mistake on purpose, to see the check find it.", valueName: "what"))
    var forget: [Mistake] = []

    func validate() throws {
        try check("--jobs", jobs, within: 1...1_000_000)
        // Between two kills the worker must come to be at jobs.
        try check("--kill-worker", kills, within: 0...jobs / 50)
        try check("--concurrency", concurrency, within: 1...1_000)
    }

    private var kills: Int { killWorker ?? (jobs < 100 ? 0 : 1) }

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "jobs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = folder.appending(path: "jobs.sqlite").path

        let report = try await endingOnSignals { try await checkedProcesses(database) }
        report.print()
        if !report.isClean { throw ExitCode.failure }
    }

    private func checkedProcesses(_ database: String) async throws -> Report {
        let start = ContinuousClock.now
        let store = try JobStore(path: database)
        let options =
            ["--database", database, "--log-level", logLevel.level.rawValue]
            + forget.flatMap { ["--forget", $0.rawValue] }
        let workers = Workers(
            arguments: options + ["--concurrency", "\(concurrency)"], store: store, jobs: jobs, kills: kills)

        print(
            "Queueing \(jobs) jobs over HTTP; the worker is killed \(kills == 1 ? "once" : "\(kills) times")")
        flushOutput()
        let service = ChildProcess(name: "service", arguments: options)
        let (sent, cutOff) = try await service.whileRunning { announcements in
            let url = try await announcedURL(announcements)
            let driver = LoadDriver(jobs: jobs, concurrency: concurrency, url: url)
            let queueing = Task { try await driver.run() }
            return try await withTaskCancellationHandler {
                let cutOff = try await workers.run(while: queueing)
                return ((try await queueing.value, cutOff), .terminate)
            } onCancel: {
                queueing.cancel()
            }
        }
        return Report(
            planned: jobs, kills: kills, cutOff: cutOff, sent: sent, rows: try await store.all(),
            duration: start.duration(to: .now))
    }

    private func announcedURL(_ announcements: AsyncThrowingStream<Announcement, any Error>) async throws -> URL {
        for try await case .listening(let port) in announcements {
            if let url = URL(string: "http://127.0.0.1:\(port)/jobs") { return url }
        }
        throw CancellationError()
    }
}
