// SPDX-License-Identifier: Apache-2.0
import Foundation
import Harness

extension Row {
    /// A row whose sides run on a thread that runs no task, as those of event loops are.
    init(
        onThread operation: String, against peer: String, bar: Double?,
        ours: @escaping @Sendable (Meter) throws -> Void, peer peerSide: @escaping @Sendable (Meter) throws -> Void
    ) {
        self.init(operation, against: peer, bar: bar) { Sides(ours: onThread(ours), peer: onThread(peerSide)) }
    }
}

private func onThread(_ side: @escaping @Sendable (Meter) throws -> Void) -> Side {
    { meter in
        let batch = meter.batch
        let figure = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try batch.measure(side) }) }
        }
        meter.record(perOperation: figure)
    }
}
