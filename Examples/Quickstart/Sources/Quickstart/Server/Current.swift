// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// The variables of the current request: code at any depth reads them, and no function passes them down.
enum Current {
    static let requestID = ContextVar<String?>("requestID")
    static let tenant = ContextVar<String>("tenant", default: "public")

    /// Which part of the work is running: the hops set it over and over, each for itself.
    static let step = ContextVar<String>("step", default: "none")

    /// What was seen by code whose return type has no room for it, such as a middleware.
    static let trail = ContextVar<[Hop]>("trail", default: [])
}

/// A value for `Current.step` that no other request has, so that one leaking across would be noticed.
func step(_ label: String) -> String {
    "\(label) of \(Current.requestID.get() ?? "nobody")"
}
