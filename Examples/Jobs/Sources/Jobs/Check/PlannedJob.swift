// SPDX-License-Identifier: Apache-2.0
import ContextVarsTracing
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// One job of the check: the number makes its values unlike those of any other.
struct PlannedJob: Sendable {
    let number: Int

    var payload: String { "payload-\(number)" }

    /// Of five requests, one has no tenant, and a `baggage` header that tries to set what is the service's own to set.
    private var isHostile: Bool { number % 5 == 0 }

    /// What each place of the job must see: the check's own table, not the processes' defaults.
    func expected(attempt: Int) -> Values {
        Values(
            requestID: "r-\(number)", tenant: isHostile ? "public" : "tenant-\(number)", language: "language-\(number)",
            user: nil, attempt: "\(attempt)")
    }

    func request(to url: URL, using instrument: BaggageInstrument) -> URLRequest {
        var headers = ["x-request-id": "r-\(number)", "x-user": "user-\(number)"]
        if isHostile {
            let members = ["tenant=evil", "user=root", "attempt=99", "language=language-\(number)"]
            headers["baggage"] = members.joined(separator: ",")
        } else {
            headers["x-tenant"] = "tenant-\(number)"
            Current.language.withValue("language-\(number)") { instrument.inject(into: &headers) }
        }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(payload.utf8)
        request.allHTTPHeaderFields = headers
        return request
    }
}
