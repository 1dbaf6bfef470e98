// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import ContextVars
import Foundation
import Testing

/// Where frames come from and go to: `frame_pool.c`.
///
/// In a process of its own, in which nothing else has frames.
@Suite struct FramePoolTests {
    @Test(.timeLimit(.minutes(2)))
    func `The memory of frames comes back, and stale frames stay readable`() async throws {
        let ended = try await Probe.run("pool")
        #expect(ended.status == 0 && ended.reason == .exit, "\(ended.output)\(ended.error)")
    }

    @Test func `A thread that ends gives back what it kept`() async {
        let variable = ContextVar("variable", default: 0)
        let before = contextvars_resident_frame_bytes()
        for _ in 0..<500 {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    variable.withValue(1) { variable.withValue(2) {} }
                    continuation.resume()
                }
            }
        }
        // 500 threads that kept their 32 frames would have a megabyte.
        #expect(contextvars_resident_frame_bytes() < before + 512 * 1024)
    }
}
