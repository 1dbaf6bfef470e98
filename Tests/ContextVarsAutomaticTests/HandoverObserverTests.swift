// SPDX-License-Identifier: Apache-2.0
import CContextVarsAutomatic
import ContextVars
import ContextVarsAutomatic
import Dispatch
import Foundation
import Synchronization
import Testing

/// What diagnostics are told of handovers.
@Suite struct HandoverObserverTests {
    @Test func `Every handover is told, with its boundary, and its work knows it`() async {
        await #expect(processExitsWith: .success) {
            contextvars_automatic_observe(Self.observer)
            let queue = DispatchQueue(label: "queue")
            func handOver() async -> (boundary: String, hasSnapshot: Bool, number: Int)? {
                await withCheckedContinuation { continuation in
                    queue.async {
                        let handover = contextvars_automatic_current_handover()?.pointee
                        continuation.resume(
                            returning: handover.map {
                                (String(cString: $0.boundary), $0.snapshot != nil, Int(bitPattern: $0.attachment))
                            })
                    }
                }
            }
            // Without a context and before `enable` too: just these handovers lose something.
            let first = try #require(await handOver())
            #expect(first.boundary == "dispatch_async" && !first.hasSnapshot)
            try AutomaticPropagation.enable()
            let second = try #require(await Context().run { await handOver() })
            #expect(second.boundary == "dispatch_async" && second.hasSnapshot && second.number > first.number)
            #expect(contextvars_automatic_current_handover() == nil)

            contextvars_automatic_observe(nil)
            #expect(await handOver() == nil)
            queue.sync {}
            #expect(Self.begun.load(ordering: .relaxed) > 0)
        }
    }

    @Test func `What ends with a thread that has exited belongs to no handover`() async {
        await #expect(processExitsWith: .success) {
            contextvars_automatic_observe(Self.observer)
            var (thread, key) = (pthread_t(), pthread_key_t())
            pthread_key_create(&key) { _ in
                Self.ofEnd.store(contextvars_automatic_current_handover() == nil ? 1 : 2, ordering: .relaxed)
            }
            let argument = UnsafeMutableRawPointer(bitPattern: UInt(key) + 1)
            pthread_create(
                &thread, nil,
                { argument in
                    pthread_setspecific(pthread_key_t(UInt(bitPattern: argument) - 1), argument)
                    Self.ofStart.store(contextvars_automatic_current_handover() == nil ? 1 : 2, ordering: .relaxed)
                    pthread_exit(nil)
                }, argument)
            pthread_join(thread, nil)
            #expect(Self.ofStart.load(ordering: .relaxed) == 2 && Self.ofEnd.load(ordering: .relaxed) == 1)
        }
    }

    /// Whether a thread was in a handover as it began and as it ended: 1 for no, 2 for yes.
    private static let ofStart = Atomic(0)
    private static let ofEnd = Atomic(0)
    private static let begun = Atomic(0)

    private nonisolated(unsafe) static let observer: UnsafePointer<contextvars_automatic_observer> = {
        let observer = UnsafeMutablePointer<contextvars_automatic_observer>.allocate(capacity: 1)
        observer.initialize(
            to: contextvars_automatic_observer(
                handed_over: { handover in
                    let number = HandoverObserverTests.begun.add(1, ordering: .relaxed).newValue
                    handover.pointee.attachment = UnsafeMutableRawPointer(bitPattern: number)
                },
                ended: { _ in }))
        return UnsafePointer(observer)
    }()
}
