// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsAutomatic
import Foundation
import GRDB
import Testing

/// GRDB, which hands its work to queues of Dispatch.
@Suite struct GRDBTests {
    @Test func `asyncRead and asyncWrite have the context of their call`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            try await withDatabase { database in
                for number in 0..<50 {
                    let written = try await valueSeen(
                        by: { note in
                            database.asyncWrite({ db in
                                try db.execute(sql: "INSERT INTO item VALUES (?)", arguments: [request.get()])
                            }) { _, result in
                                #expect(throws: Never.self) { try result.get() }
                                note()
                            }
                        }, in: "r-\(number)")
                    #expect(written == "r-\(number)")
                    let read = try await valueSeen(
                        by: { note in database.asyncRead { _ in note() } }, in: "r-\(number)")
                    #expect(read == "r-\(number)")
                }
                // What the writes themselves have read.
                let items = try await database.read { try String.fetchAll($0, sql: "SELECT * FROM item") }
                #expect(items == (0..<50).map { "r-\($0)" })
            }
        }
    }

    @Test func `Many at once keep apart`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            try await withDatabase { database in
                let answers = AsyncStream.makeStream(of: (Int, String?).self)
                for number in 0..<200 {
                    try inRequest("r-\(number)") {
                        if number.isMultiple(of: 2) {
                            database.asyncRead { _ in answers.continuation.yield((number, request.get())) }
                        } else {
                            database.asyncWrite({ _ in }) { _, _ in answers.continuation.yield((number, request.get()))
                            }
                        }
                    }
                }
                var iterator = answers.stream.makeAsyncIterator()
                for _ in 0..<200 {
                    let (number, seen) = try #require(await iterator.next())
                    #expect(seen == "r-\(number)")
                }
            }
        }
    }

    /// The start is the observer's doing, and each change that of who writes: as with any event.
    ///
    /// A start may fetch twice, from a reader and then from the writer, which tracks changes from there on. A write between
    /// the two is told by the second fetch, in the observer's context, so the test writes once changes are tracked.
    @Test func `An observation is called in the context of the start, then in those of the writes`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            try await withDatabase { database in
                let seen = AsyncStream.makeStream(of: (Int, String?).self)
                // A concurrent queue would tell changes in any order.
                let queue = DispatchQueue(label: "of observations")
                let tracked = AsyncStream.makeStream(of: Void.self)
                let observation = ValueObservation.tracking {
                    try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM item") ?? 0
                }.handleEvents(willTrackRegion: { _ in tracked.continuation.yield() })
                let cancellable = try inRequest("of the observer") {
                    observation.start(in: database, scheduling: .async(onQueue: queue)) { error in
                        Issue.record(error)
                    } onChange: { count in
                        seen.continuation.yield((count, request.get()))
                    }
                }
                // The writer runs one piece of work at a time, so what is written from here on is tracked.
                for await _ in tracked.stream { break }
                try inRequest("of the writer") {
                    try database.write { try $0.execute(sql: "INSERT INTO item VALUES ('x')") }
                }
                var told: [Int] = []
                for await (count, value) in seen.stream {
                    told.append(count)
                    #expect(value == (count == 0 ? "of the observer" : "of the writer"))
                    if count == 1 { break }
                }
                // The second fetch may be told as well.
                #expect(told == [0, 1] || told == [0, 0, 1])
                cancellable.cancel()
            }
        }
    }
}

/// Runs code with an empty database on disk, which readers and writers use at once.
private func withDatabase(_ body: (DatabasePool) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "contextvars-grdb-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let database = try DatabasePool(path: folder.appending(path: "database").path)
    try await database.write { try $0.execute(sql: "CREATE TABLE item (name TEXT)") }
    try await body(database)
}
