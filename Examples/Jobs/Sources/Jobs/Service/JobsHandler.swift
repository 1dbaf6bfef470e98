// SPDX-License-Identifier: Apache-2.0
import ContextVarsTracing
import Hummingbird

/// Puts jobs into the database.
struct JobsHandler: Sendable {
    let store: JobStore
    /// What a job has of its request; `nil` with `--forget column`.
    let messages: BaggageInstrument?

    func add(_ request: Request) async throws -> EditedResponse<String> {
        let body = try await request.body.collect(upTo: 1 << 16)
        let job = Job(payload: String(buffer: body), context: messages?.encodedBaggage())
        guard let id = try await store.add(job) else { throw HTTPError(.internalServerError) }
        log.info("job \(id) is queued")
        return EditedResponse(status: .accepted, response: "\(id)")
    }
}
