// SPDX-License-Identifier: Apache-2.0
import ExampleSupport

/// What a process says on standard output, one line each, for people and for the check.
enum Announcement: Equatable, Sendable {
    /// The service listens on this port.
    case listening(port: Int)
    /// The worker has taken a job.
    case took(Int64)
    /// The worker has found the queue empty, and is at no job.
    case idle

    func print() {
        Swift.print(text)
        flushOutput()
    }

    private var text: String {
        switch self {
        case .listening(let port): "listening on 127.0.0.1:\(port)"
        case .took(let job): "took job \(job)"
        case .idle: "idle"
        }
    }

    init?(line: String) {
        if let port = line.rest(after: "listening on 127.0.0.1:").flatMap({ Int($0) }) {
            self = .listening(port: port)
        } else if let job = line.rest(after: "took job ").flatMap({ Int64($0) }) {
            self = .took(job)
        } else if line == "idle" {
            self = .idle
        } else {
            return nil
        }
    }
}

extension String {
    fileprivate func rest(after prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
