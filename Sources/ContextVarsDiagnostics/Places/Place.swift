// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics

/// Return addresses, of the innermost function first: where something happened, before anybody looks up which line it is.
struct Place: Hashable, Sendable {
    let addresses: [UInt]

    init(_ addresses: [UInt]) {
        self.addresses = addresses
    }

    /// Where the caller is.
    ///
    /// - Parameter first: The address to begin with; `nil`, in what the engine calls, for where the engine is.
    static func here(from first: UnsafeRawPointer? = nil) -> Place {
        withUnsafeTemporaryAllocation(of: UInt.self, capacity: Int(CONTEXTVARS_PLACE_DEPTH)) { buffer in
            contextvars_walk(buffer.baseAddress!, first)
            return Place(buffer.prefix { $0 != 0 })
        }
    }
}
