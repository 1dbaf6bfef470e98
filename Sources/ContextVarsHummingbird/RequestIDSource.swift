#if Hummingbird
import ContextVars
import HTTPTypes
import Hummingbird

/// Where the id of a request comes from, and where it goes.
struct RequestIDSource: Sendable {
    let variable: ContextVar<String?>
    let header: HTTPField.Name
    let acceptsIncoming: Bool

    func id(of request: Request, _ context: some RequestContext, received: ContextSnapshot) -> String {
        guard acceptsIncoming else { return context.id }
        let candidates = [request.headers[header], received[variable] ?? nil]
        return candidates.compactMap(\.self).first(where: isAcceptableRequestID) ?? context.id
    }
}

/// Whether a text from outside can be a request's id, in logs, headers and elsewhere.
func isAcceptableRequestID(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count)
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "a")...UInt8(ascii: "z"): true
            default: "-._~:+/=@".utf8.contains(byte)
            }
        }
}
#endif
