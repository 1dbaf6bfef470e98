// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRPCCore
import Hummingbird
import Tracing

/// The handler: goes through the callbacks, calls the backend, and answers what all places of both services saw.
struct GatewayHandler<Transport: ClientTransport>: Sendable {
    let backend: BackendClient<Transport>
    let callbacks: Callbacks
    let telemetry: Telemetry

    /// - Parameter streams: Whether the backend is to stream its response.
    func inspect(streams: Bool, _ witness: Witness) async throws -> Answer {
        witness.look("handler")
        try await callbacks.look(witness)
        var answer = try await withSpan("call", ofKind: .client) { _ in
            try await backend.inspect(streams: streams, timeout: Current.deadline.get()?.timeLeft)
        }
        answer.hops = witness.hops + answer.hops
        telemetry.exportSpans()
        return answer
    }
}

extension Deadline {
    /// For calls on behalf of the request.
    fileprivate var timeLeft: Duration {
        .milliseconds(max(0, milliseconds - Int64(Date.now.timeIntervalSince1970 * 1000)))
    }
}

extension Answer: ResponseEncodable {}
