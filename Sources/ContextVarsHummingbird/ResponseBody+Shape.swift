// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import Hummingbird

// Hummingbird sends a response whose body is one buffer with a single write, and one with a streamed body with three. Only
// streamed bodies run code that needs a context, so those of one buffer must stay as they are; but no public function tells
// which a body is.

extension ResponseBody {
    /// Whether the body is known to be one buffer, so that no user code runs when it is written.
    ///
    /// A comparison. Where Hummingbird's type isn't of the known shape, no body is known to be a buffer.
    package var isBuffer: Bool {
        guard Self.hasKnownShape, case .byteBuffer = unsafeBitCast(self, to: Twin.self) else { return false }
        return true
    }

    /// Whether the body is known to be none at all. (One of no bytes may be written by code, for what that does besides.)
    package var isEmpty: Bool {
        guard Self.hasKnownShape, case .empty = unsafeBitCast(self, to: Twin.self) else { return false }
        return true
    }

    private typealias Write = @Sendable (inout any ResponseBodyWriter) async throws -> Void

    /// What a body is inside: cases and payloads as in Hummingbird, in the same order, so that the compiler lays them out in
    /// the same way.
    private enum Twin {
        case byteBuffer(ByteBuffer)
        case empty
        case closure(Int?, Write)
    }

    /// Whether ``Twin`` is right, found out on bodies of each kind.
    ///
    /// First reflection says whether a body's case and the types of its payload are those of the twin, and only then is the
    /// body read as one.
    package static let hasKnownShape: Bool = {
        guard MemoryLayout<ResponseBody>.size == MemoryLayout<Twin>.size,
            MemoryLayout<ResponseBody>.alignment == MemoryLayout<Twin>.alignment
        else { return false }
        let bytes = ByteBuffer(string: "some bytes")
        let buffers = [ByteBuffer(), bytes, ByteBuffer(bytes.readableBytesView.dropFirst())]
        let lengths = [nil, 0, 1, -1, Int.max, Int.min]
        return buffers.allSatisfy { buffer in
            let body = ResponseBody(byteBuffer: buffer)
            guard let inside = inside(of: body), inside.name == "byteBuffer", inside.payload as? ByteBuffer == buffer,
                case .byteBuffer(buffer) = unsafeBitCast(body, to: Twin.self)
            else { return false }
            return true
        }
            && isEmptyAsKnown
            && lengths.allSatisfy { length in
                let body = ResponseBody(contentLength: length) { writer in try await writer.write(bytes) }
                guard let inside = inside(of: body), inside.name == "closure",
                    type(of: inside.payload) == (Int?, Write).self,
                    case .closure(length, _) = unsafeBitCast(body, to: Twin.self)
                else { return false }
                return true
            }
    }()

    private static var isEmptyAsKnown: Bool {
        let body = ResponseBody()
        guard let backing = Mirror(reflecting: body).children.first?.value, "\(backing)" == "empty",
            case .empty = unsafeBitCast(body, to: Twin.self)
        else { return false }
        return true
    }

    /// The name of a body's case, and its payload.
    private static func inside(of body: ResponseBody) -> (name: String, payload: Any)? {
        guard let backing = Mirror(reflecting: body).children.first?.value,
            let enumCase = Mirror(reflecting: backing).children.first, let name = enumCase.label
        else { return nil }
        return (name, enumCase.value)
    }
}
#endif
