// SPDX-License-Identifier: Apache-2.0
import GRDB

/// The table of jobs.
///
/// Nothing here knows of contexts: a job's variables are a column.
///
/// GRDB runs the blocks on its own queues, where no context is current. So what goes into a row is read before.
struct JobStore: Sendable {
    private let database: DatabasePool

    /// Opens the database, and makes it where there is none.
    init(path: String) throws {
        var configuration = Configuration()
        // Two processes write.
        configuration.busyMode = .timeout(30)
        configuration.prepareDatabase { db in
            // Enough for processes that are killed; a machine that loses power could lose the latest jobs.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        database = try DatabasePool(path: path, configuration: configuration)
        try database.write { db in
            try db.create(table: Job.databaseTableName, options: .ifNotExists) { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("payload", .text).notNull()
                table.column("context", .text)
                table.column("state", .text).notNull().indexed()
                table.column("attempts", .integer).notNull()
                table.column("sightings", .jsonText)
            }
        }
    }

    /// - Returns: The id of the job.
    func add(_ job: Job) async throws -> Int64? {
        try await database.write { db in try job.inserted(db).id }
    }

    /// Takes the oldest job that is queued.
    func take() async throws -> Job? {
        try await database.write { db in
            guard var job = try Job.filter(Job.Columns.state == Job.State.queued).order(Job.Columns.id).fetchOne(db)
            else { return nil }
            job.state = .taken
            job.attempts += 1
            try job.update(db)
            return job
        }
    }

    /// In one transaction: a job that is done has its result, and one that was cut off has none.
    func finish(_ job: Job, seeing sightings: [Sighting]) async throws {
        var finished = job
        finished.state = .done
        finished.sightings = sightings
        try await database.write { [finished] db in try finished.update(db) }
    }

    /// Queues the jobs again that a dead worker was working on.
    ///
    /// This is right for one worker at a time. Several would need a lease each, that the others can see expire.
    func requeueTaken() async throws {
        _ = try await database.write { db in
            try Job.filter(Job.Columns.state == Job.State.taken)
                .updateAll(db, Job.Columns.state.set(to: Job.State.queued))
        }
    }

    func count(_ state: Job.State) async throws -> Int {
        try await database.read { db in try Job.filter(Job.Columns.state == state).fetchCount(db) }
    }

    func all() async throws -> [Job] {
        try await database.read { db in try Job.order(Job.Columns.id).fetchAll(db) }
    }
}
