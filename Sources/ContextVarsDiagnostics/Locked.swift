// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A value behind a lock.
///
/// Not a `Mutex`: threads wait for one in code of the runtime's, which the ThreadSanitizer doesn't see, so that it takes
/// what follows for a race. A program that is checked by it may have this module in it.
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
