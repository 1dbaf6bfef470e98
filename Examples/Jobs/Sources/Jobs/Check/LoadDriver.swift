import AsyncHTTPClient
import ContextVarsTracing
import Foundation
import NIOCore
import NIOFoundationCompat

/// Sends the jobs to the service, a number of them at a time.
struct LoadDriver: Sendable {
    let jobs: Int
    let concurrency: Int
    let port: Int

    func run() async throws -> SentJobs {
        let instrument = BaggageInstrument([try BaggageEntry("language", Current.language)])
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            await withTaskGroup(of: (Int, Result<Int64, Refusal>).self) { group in
                var unsent = (1...jobs).makeIterator()
                func sendNext() {
                    guard !Task.isCancelled, let number = unsent.next() else { return }
                    group.addTask { (number, await send(PlannedJob(number: number), with: client, instrument)) }
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
    }

    private func send(
        _ job: PlannedJob, with client: HTTPClient, _ instrument: BaggageInstrument
    ) async -> Result<Int64, Refusal> {
        do {
            let response = try await client.execute(job.request(port: port, using: instrument), timeout: .seconds(60))
            let body = String(buffer: try await response.body.collect(upTo: 1 << 10))
            guard response.status == .accepted, let id = Int64(body) else {
                return .failure(Refusal(reason: "the service answered \(response.status): \(body)"))
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
