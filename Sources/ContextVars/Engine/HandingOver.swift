// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Whether anything has to be done where work is handed over, beyond sharing the map of values.
enum HandingOver {
    private static let isNotPlain = Atomic<Bool>(false)

    /// Whether there is nothing to do, since no variable has a rule and snapshots carry no task locals: one inlined load.
    @inline(__always)
    static var isPlain: Bool { !isNotPlain.load(ordering: .relaxed) }

    /// Says that there is something, after it can be found.
    static func markNotPlain() {
        isNotPlain.store(true, ordering: .relaxed)
    }
}
