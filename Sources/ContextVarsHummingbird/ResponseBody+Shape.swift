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

    /// What a body is inside: cases and payloads as in Hummingbird, in the same order, so that the compiler lays them out in
    /// the same way.
    private enum Twin {
        case byteBuffer(ByteBuffer)
        case empty
        case closure(Int?, @Sendable (inout any ResponseBodyWriter) async throws -> Void)
    }

    /// Whether ``Twin`` is right, found out on bodies of each kind: what reflection says of their cases and payloads, and
    /// what the twin says.
    package static let hasKnownShape: Bool = {
        guard MemoryLayout<ResponseBody>.size == MemoryLayout<Twin>.size,
            MemoryLayout<ResponseBody>.alignment == MemoryLayout<Twin>.alignment
        else { return false }
        let text = "some bytes"
        let buffers = [
            ByteBuffer(), ByteBuffer(string: text), ByteBuffer(ByteBuffer(string: text).readableBytesView.dropFirst()),
        ]
        let lengths = [nil, 0, 1, -1, Int.max, Int.min]
        return buffers.allSatisfy { buffer in
            let body = ResponseBody(byteBuffer: buffer)
            guard reflection(of: body)?.label == "byteBuffer", reflection(of: body)?.value as? ByteBuffer == buffer,
                case .byteBuffer(buffer) = unsafeBitCast(body, to: Twin.self)
            else { return false }
            return true
        }
            && lengths.allSatisfy { length in
                let body = ResponseBody(contentLength: length) { writer in try await writer.write(buffers[1]) }
                guard reflection(of: body)?.label == "closure",
                    case .closure(length, _) = unsafeBitCast(body, to: Twin.self)
                else { return false }
                return true
            }
    }()

    /// The case of a body and what is in it.
    private static func reflection(of body: ResponseBody) -> Mirror.Child? {
        Mirror(reflecting: body).children.first.flatMap { Mirror(reflecting: $0.value).children.first }
    }
}
#endif
