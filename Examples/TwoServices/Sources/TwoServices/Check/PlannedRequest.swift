// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import GRPCCore

/// One request of the check: the number makes its values unlike those of any other.
struct PlannedRequest: Sendable {
    enum Target: String {
        case gateway, backend
    }

    let number: Int
    let target: Target
    let hostile: HostileHeader?
    private let deadline: Deadline

    /// Of five requests, one brings a hostile header to the gateway, and one brings one to the backend directly.
    init(number: Int) {
        self.number = number
        let kind = number / 5
        switch number % 5 {
        case 0:
            target = .gateway
            hostile = HostileHeader.forGateway[kind % HostileHeader.forGateway.count]
        case 3:
            target = .backend
            hostile = HostileHeader.forBackend[kind % HostileHeader.forBackend.count]
        default:
            target = .gateway
            hostile = nil
        }
        deadline = Deadline(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000) + 60_000 + Int64(number))
    }

    var id: String { "r-\(number)" }
    var traceID: String { "trace-\(number)" }
    /// Whether the backend is to stream its response.
    var streams: Bool { number % 2 == 0 }

    /// The values that it is sent with.
    var values: Values {
        Values(
            requestID: id, tenant: "tenant-\(number)", deadline: deadline.description, language: language,
            user: "user-\(number)")
    }

    var language: String { "language-\(number)" }

    /// The request to the gateway, without a good `baggage` header: that the client adds.
    func httpRequest(port: Int) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/inspect\(streams ? "?stream=1" : "")")
        request.headers.add(name: "x-request-id", value: id)
        request.headers.add(name: "x-tenant", value: "tenant-\(number)")
        request.headers.add(name: "x-deadline", value: deadline.description)
        request.headers.add(name: "x-user", value: "user-\(number)")
        for (name, value) in trace { request.headers.add(name: name, value: value) }
        for line in hostile?.lines(after: [], language: language) ?? [] {
            request.headers.add(name: "baggage", value: line)
        }
        return request
    }

    /// For the backend, in place of those of the gateway.
    var metadata: Metadata {
        var metadata = Metadata()
        for (name, value) in trace { metadata.addString(value, forKey: name) }
        let members = ["request-id=\(id)", "tenant=tenant-\(number)", "deadline=\(deadline)"]
        let good = [(members + ["language=\(language)"]).joined(separator: ",")]
        for line in hostile?.lines(after: members, language: language) ?? good {
            metadata.addString(line, forKey: "baggage")
        }
        return metadata
    }

    /// As the in-memory tracer writes it.
    private var trace: [(String, String)] {
        [("in-memory-trace-id", traceID), ("in-memory-span-id", "span-\(number)")]
    }
}
