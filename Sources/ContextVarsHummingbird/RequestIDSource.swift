// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import HTTPTypes
import Hummingbird

/// Where the id of a request comes from, and where it goes.
struct RequestIDSource: Sendable {
    let variable: ContextVar<String?>
    let header: HTTPField.Name
    let acceptsIncoming: Bool

    func id(of request: Request, _ context: some RequestContext, received: ReceivedContext) -> String {
        guard acceptsIncoming else { return context.id }
        if let id = value(in: request.headers), isAcceptableRequestID(id) { return id }
        if let id = received.values[variable] ?? nil, isAcceptableRequestID(id) { return id }
        return context.id
    }

    /// The header's value, if there is one.
    ///
    /// Several are a list with commas, and none of it is an id.
    private func value(in headers: HTTPFields) -> String? {
        var value: String?
        for field in headers where field.name == header {
            guard value == nil else { return nil }
            value = field.value
        }
        return value
    }
}

/// Whether a text from outside can be a request's id, in logs, headers and elsewhere.
func isAcceptableRequestID(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count)
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
            case UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): true
            case UInt8(ascii: "@"): true
            default: false
            }
        }
}
#endif
