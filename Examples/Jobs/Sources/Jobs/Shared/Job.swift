// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

/// A row of the table: a piece of work that outlives the request that wants it, and both processes.
struct Job: Codable, FetchableRecord, MutablePersistableRecord, Sendable {
    enum State: String, Codable, DatabaseValueConvertible {
        case queued, taken, done
    }

    var id: Int64?
    let payload: String
    /// The declared variables of the request, as `BaggageInstrument.encodedBaggage()` writes them.
    let context: String?
    var state = State.queued
    /// How often a worker has taken it.
    var attempts = 0
    /// What the places of the job saw; there as soon as it is done.
    var sightings: [Sighting]?

    init(payload: String, context: String?) {
        self.payload = payload
        self.context = context
    }

    static let databaseTableName = "job"

    enum Columns {
        static let id = Column(CodingKeys.id)
        static let state = Column(CodingKeys.state)
        static let attempts = Column(CodingKeys.attempts)
    }

    mutating func didInsert(_ inserted: InsertionSuccess) {
        id = inserted.rowID
    }
}
