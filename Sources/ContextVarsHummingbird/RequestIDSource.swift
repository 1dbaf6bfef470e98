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
    guard (1...128).contains(text.utf8.count) else { return false }
    // Over the bytes themselves: for most texts, which aren't short, the view's own iteration takes three times as long.
    return text.utf8.withContiguousStorageIfAvailable { $0.allSatisfy(isAcceptableInRequestID) }
        ?? text.utf8.allSatisfy(isAcceptableInRequestID)
}

/// Whether a byte is a letter or digit of ASCII, or one of `-._~:+/=@`.
@inline(__always)
private func isAcceptableInRequestID(_ byte: UInt8) -> Bool {
    // A bit for each: those of `+-./:=` and the digits, and those of `@_~` and the letters.
    let bits: UInt64 = byte < 64 ? 0x27FF_E800_0000_0000 : 0x47FF_FFFE_87FF_FFFF
    return byte < 128 && bits &>> UInt64(byte) & 1 == 1
}
#endif
