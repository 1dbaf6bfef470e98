// SPDX-License-Identifier: Apache-2.0
import ContextVarsTracing
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Sends the jobs to the service, a number of them at a time.
struct LoadDriver: Sendable {
    let jobs: Int
    let concurrency: Int
    let url: URL

    func run() async throws -> SentJobs {
        let instrument = BaggageInstrument([try BaggageEntry("language", Current.language)])
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = concurrency
        let session = URLSession(configuration: configuration)
        defer { session.invalidateAndCancel() }

        return await withTaskGroup(of: (Int, Result<Int64, Refusal>).self) { group in
            var unsent = (1...jobs).makeIterator()
            func sendNext() {
                guard !Task.isCancelled, let number = unsent.next() else { return }
                let request = PlannedJob(number: number).request(to: url, using: instrument)
                group.addTask { (number, await send(request, in: session)) }
            }
            for _ in 0..<concurrency { sendNext() }
            var ids: SentJobs = [:]
            for await (number, result) in group {
                ids[number] = result
                sendNext()
            }
            return ids
        }
    }

    private func send(_ request: URLRequest, in session: URLSession) async -> Result<Int64, Refusal> {
        do {
            // In a task that nobody cancels. To cancel a request waits, with the task's lock, for a queue of URLSession's,
            // which may be waiting for that lock to end the request.
            let (body, response) = try await Task { try await session.data(for: request) }.value
            let status = (response as? HTTPURLResponse)?.statusCode
            let text = String(decoding: body, as: UTF8.self)
            guard status == 202, let id = Int64(text) else {
                return .failure(Refusal(reason: "the service answered \(status ?? 0): \(text)"))
            }
            return .success(id)
        } catch {
            return .failure(Refusal(reason: "\(error)"))
        }
    }
}

/// Why a job isn't in the database.
struct Refusal: Error {
    let reason: String
}

/// The ids that the service gave to the jobs, by their numbers; a job that it refused has a reason in place of one.
typealias SentJobs = [Int: Result<Int64, Refusal>]
