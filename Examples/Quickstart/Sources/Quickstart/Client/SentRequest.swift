// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient

/// One request of the driver: the number makes its id and its tenant unlike those of any other.
struct SentRequest: Sendable {
    let number: Int

    var id: String { "r-\(number)" }
    var tenant: String { "tenant-\(number)" }

    func httpRequest(port: Int) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/hops")
        request.headers.add(name: "x-request-id", value: id)
        request.headers.add(name: "x-tenant", value: tenant)
        return request
    }
}
