// SPDX-License-Identifier: Apache-2.0
import Testing

/// Where frames come from and go to: `frame_pool.c`.
///
/// In a process of its own, in which nothing else has frames.
@Suite struct FramePoolTests {
    @Test(.timeLimit(.minutes(15)))
    func `The memory of frames comes back, also from threads that end, and stale frames stay readable`() async throws {
        let ended = try await Probe.run("pool")
        #expect(ended.status == 0 && ended.reason == .exit, "\(ended.output)\(ended.error)")
    }
}
