// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRPCCore

/// Messages as JSON: the example does without generated code.
struct JSONCoding<Message: Codable & Sendable>: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: Message) throws -> Bytes {
        Bytes(try JSONEncoder().encode(message))
    }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Message {
        try bytes.withUnsafeBytes { try JSONDecoder().decode(Message.self, from: Data($0)) }
    }
}

/// An empty message.
struct Nothing: Codable, Sendable {}
