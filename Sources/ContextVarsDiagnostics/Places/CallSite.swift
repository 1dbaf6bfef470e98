// SPDX-License-Identifier: Apache-2.0
/// A line of a program, as far as it is known from symbols.
public struct CallSite: Hashable, Sendable {
    /// The function's name; `nil` if the program has no symbols for it.
    public let function: String?
    /// The file and line: `nil` in a program without debug information.
    public let source: Source?
    /// The address of the instruction.
    public let address: UInt64
    /// The program or library that contains the code.
    public let image: String?

    /// A file and a line.
    public struct Source: Hashable, Sendable {
        /// The path that the file had when it was compiled.
        public let path: String
        /// The number of the line, from 1.
        public let line: Int

        /// The last two components of the path, with the line: `Server/Handler.swift:41`.
        public var short: String { "\(path.split(separator: "/").suffix(2).joined(separator: "/")):\(line)" }
    }
}

extension CallSite: CustomStringConvertible {
    /// The short file and line or, if they aren't known, the function or address, with its library.
    public var description: String {
        if let source { return source.short }
        let hexadecimal = "0x" + String(address, radix: 16)
        return [function ?? hexadecimal, image].compactMap(\.self).joined(separator: " in ")
    }

    /// The function, file and line.
    var longDescription: String {
        guard let function, source != nil else { return description }
        return "\(function) at \(description)"
    }
}
