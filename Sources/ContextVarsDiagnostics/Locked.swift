// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A value behind a lock.
///
/// Not a `Mutex`: the ThreadSanitizer doesn't see the runtime's code in which threads wait for one, and takes what follows
/// for a race. A program that runs under it may link this module.
final class Locked<Value: Sendable>: @unchecked Sendable {
    // Invariant behind `@unchecked`: the value is used under the lock only.
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) {
        self.value = value
    }

    func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
