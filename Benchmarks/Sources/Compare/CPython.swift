// SPDX-License-Identifier: Apache-2.0
import Foundation
import Harness

/// The program in `cpython/`, which measures CPython's functions on request.
///
/// Another process, as a program can't have both malloc counters and Python's start-up in it without one disturbing the
/// other; but its batches come by turns with ours, as those of peers in this process do.
actor CPython {
    /// Measures time.
    static let clock = CPython([])
    /// Counts allocations and live bytes.
    static let heap = CPython(["--count-heap"])

    private let arguments: [String]
    private var connection: Result<Connection, Unavailable>?

    private init(_ arguments: [String]) {
        self.arguments = arguments
    }

    /// What the program answers, one line for each request.
    struct Answer: Decodable {
        var version: String?
        var error: String?
        var operations: Int?
        var ns: Double?
        var allocations: Double?
        var liveBytes: Double?
    }

    /// CPython's version.
    ///
    /// - Throws: ``Unavailable`` where the program can't be built or run here.
    func version() throws -> String {
        try connected().version
    }

    /// Has an operation done so often.
    func measure(_ operation: String, count: Int) throws -> Answer {
        let answer = try connected().ask("\(operation) \(count)\n")
        if let error = answer.error { throw Unavailable("CPython: \(error)") }
        return answer
    }

    private func connected() throws -> Connection {
        let result = connection ?? Result { () throws(Unavailable) in try Connection(arguments) }
        connection = result
        return try result.get()
    }
}

/// A running program and the pipes to it.
private final class Connection {
    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()
    private var unread = Data()
    private(set) var version = ""

    init(_ arguments: [String]) throws(Unavailable) {
        let errors = Pipe()
        process.executableURL = Repository.benchmarks.appending(path: "cpython/run")
        process.arguments = arguments
        process.standardInput = requests
        process.standardOutput = answers
        process.standardError = errors
        do {
            try process.run()
            version = try next().version ?? "unknown"
        } catch {
            process.waitUntilExit()
            let complaint = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
            throw Unavailable("CPython: " + complaint.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    func ask(_ request: String) throws -> CPython.Answer {
        try requests.fileHandleForWriting.write(contentsOf: Data(request.utf8))
        return try next()
    }

    private func next() throws -> CPython.Answer {
        let newline = UInt8(ascii: "\n")
        while !unread.contains(newline) {
            let data = answers.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Unavailable("CPython: the program ended") }
            unread.append(data)
        }
        let line = unread.prefix { $0 != newline }
        unread = Data(unread.dropFirst(line.count + 1))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(CPython.Answer.self, from: line)
    }
}

/// Where the scripts beside this program are.
enum Repository {
    /// The folder `Benchmarks`.
    static let benchmarks = (1...3).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }
}
