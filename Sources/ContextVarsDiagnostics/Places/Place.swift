// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics

/// Return addresses, that of the innermost function first: where something happened, before its line is looked up.
struct Place: Hashable, Sendable {
    let addresses: [UInt]

    init(_ addresses: [UInt]) {
        self.addresses = addresses
    }

    /// Where the engine is, in what it calls.
    static func here() -> Place {
        filled { contextvars_walk($0) }
    }

    /// Where the caller is, from a return address on.
    static func here(from first: UnsafeRawPointer) -> Place {
        filled { contextvars_walk_from(first, $0) }
    }

    private static func filled(by walk: (UnsafeMutablePointer<UInt>) -> Void) -> Place {
        withUnsafeTemporaryAllocation(of: UInt.self, capacity: Int(CONTEXTVARS_PLACE_DEPTH)) { buffer in
            walk(buffer.baseAddress!)
            return Place(buffer.prefix { $0 != 0 })
        }
    }
}
