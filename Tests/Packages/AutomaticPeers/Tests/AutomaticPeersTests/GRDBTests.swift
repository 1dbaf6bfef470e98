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
    @Test func `An observation is called in the context of the start, then in those of the writes`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            try await withDatabase { database in
                let seen = AsyncStream.makeStream(of: (Int, String?).self)
                let observation = ValueObservation.tracking {
                    try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM item") ?? 0
                }
                let cancellable = try inRequest("of the observer") {
                    observation.start(in: database, scheduling: .async(onQueue: .global())) { error in
                        Issue.record(error)
                    } onChange: { count in
                        seen.continuation.yield((count, request.get()))
                    }
                }
                var iterator = seen.stream.makeAsyncIterator()
                let first = try #require(await iterator.next())
                #expect(first.0 == 0 && first.1 == "of the observer")
                try inRequest("of the writer") {
                    try database.write { try $0.execute(sql: "INSERT INTO item VALUES ('x')") }
                }
                // GRDB may tell the first value twice.
                while let next = await iterator.next() {
                    guard next.0 == 1 else { continue }
                    #expect(next.1 == "of the writer")
                    break
                }
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
