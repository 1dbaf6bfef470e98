import AsyncHTTPClient
import ContextVarsAsyncHTTPClient
import ContextVarsTracing

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

    func request(port: Int, using instrument: BaggageInstrument) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/jobs")
        request.method = .POST
        request.body = .bytes(Array(payload.utf8))
        request.headers.add(name: "x-request-id", value: "r-\(number)")
        request.headers.add(name: "x-user", value: "user-\(number)")
        if isHostile {
            let members = ["tenant=evil", "user=root", "attempt=99", "language=language-\(number)"]
            request.headers.add(name: "baggage", value: members.joined(separator: ","))
        } else {
            request.headers.add(name: "x-tenant", value: "tenant-\(number)")
            Current.language.withValue("language-\(number)") { request.injectContext(using: instrument) }
        }
        return request
    }
}
