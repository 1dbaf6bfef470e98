// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDispatch
import ContextVarsNIO
import Dispatch
import NIOPosix

/// The places that a request comes to where Swift's concurrency doesn't carry its context, and one where it does.
struct Callbacks: Sendable {
    let forgotten: [Integration]

    func look(_ witness: Witness) async throws {
        await Task { witness.look("task") }.value
        await dispatchQueue(witness)
        try await eventLoop(witness)
    }

    private func dispatchQueue(_ witness: Witness) async {
        await withCheckedContinuation { continuation in
            let block: @Sendable () -> Void = {
                witness.look("queue")
                continuation.resume()
            }
            if forgotten.contains(.dispatch) {
                DispatchQueue.global().async(execute: block)
            } else {
                DispatchQueue.global().async(context: .current, execute: block)
            }
        }
    }

    private func eventLoop(_ witness: Witness) async throws {
        let answer = MultiThreadedEventLoopGroup.singleton.any().submit {}
        if forgotten.contains(.nio) {
            try await answer.map { witness.look("event loop") }.get()
        } else {
            try await answer.inContext(.current).map { witness.look("event loop") }.future.get()
        }
    }
}
