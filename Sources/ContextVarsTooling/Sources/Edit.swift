// SPDX-License-Identifier: Apache-2.0
/// A replacement of a part of a file.
public struct Edit: Hashable, Codable, Sendable {
    /// Where the replaced part begins, in bytes of UTF-8 from the start of the file.
    public let start: Int
    /// Where the replaced part ends.
    ///
    /// Equal to ``start`` for an insertion.
    public let end: Int
    /// What stands there afterwards.
    public let replacement: String

    init(_ range: Range<Int>, _ replacement: String) {
        self.start = range.lowerBound
        self.end = range.upperBound
        self.replacement = replacement
    }

    /// An insertion.
    init(at offset: Int, _ text: String) {
        self.init(offset..<offset, text)
    }
}

extension Edit {
    /// A text with edits made.
    ///
    /// Of edits that overlap, the one that begins first is made; equal insertions are made once.
    static func apply(_ edits: some Sequence<Edit>, to text: String) -> String {
        let source = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        var last: Edit?
        for edit in edits.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            guard edit.start >= position, edit.end <= source.count, edit != last else { continue }
            result += source[position..<edit.start]
            result += edit.replacement.utf8
            position = edit.end
            last = edit
        }
        result += source[position...]
        return String(decoding: result, as: UTF8.self)
    }
}
