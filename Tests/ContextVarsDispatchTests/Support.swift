// SPDX-License-Identifier: Apache-2.0
import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What tells the threads of a process apart, as long as they live.
struct ThreadID: Hashable, Sendable {
    /// What the system calls the thread: a number, or the address of something.
    private let name: String

    /// The calling thread.
    static var current: ThreadID { ThreadID(name: "\(pthread_self())") }
}
