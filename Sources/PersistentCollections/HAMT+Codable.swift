// SPDX-License-Identifier: Apache-2.0
// In the form that the standard library's `Dictionary` has: an object where the keys are strings, integers or
// `CodingKeyRepresentable`, else an array in which keys and values alternate.

extension HAMT: Encodable where Key: Encodable, Value: Encodable {
    /// Encodes the map as a `Dictionary` with the same entries is encoded.
    ///
    /// - Throws: What the encoder, a key or a value throws.
    /// - Complexity: O(n).
    public func encode(to encoder: any Encoder) throws {
        try Dictionary(uniqueKeysWithValues: lazy.map { ($0.key, $0.value) }).encode(to: encoder)
    }
}

extension HAMT: Decodable where Key: Decodable, Value: Decodable {
    /// Decodes a map from what a `Dictionary` has been encoded to.
    ///
    /// - Throws: What the decoder, a key or a value throws.
    /// - Complexity: O(n).
    public init(from decoder: any Decoder) throws {
        self.init(try [Key: Value](from: decoder))
    }
}
