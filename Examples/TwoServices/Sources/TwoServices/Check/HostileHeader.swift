// SPDX-License-Identifier: Apache-2.0
/// A `baggage` header as nobody should send it.
enum HostileHeader: CaseIterable, Sendable {
    /// More bytes than the limit.
    case oversized
    /// More members than the limit.
    case tooManyMembers
    /// A `%` without digits.
    case malformedMember
    /// A value larger than its entry allows.
    case valueTooLarge
    /// A value that would forge a log line.
    case lineBreak
    /// A value that is none of its variable's; of use where the deadline is taken from baggage.
    case invalidDeadline
    /// One key twice in a header: the last one counts.
    case duplicateKeys
    /// One key in several headers: the last one counts.
    case duplicateHeaders
    /// Keys that no entry declares, one of them the name of a variable that must not be set from outside.
    case undeclaredKeys
    /// Keys that the gateway sends and doesn't take.
    case spoofed

    static let forGateway = allCases.filter { $0 != .invalidDeadline }
    static let forBackend = allCases.filter { $0 != .spoofed }

    /// Whether the service must reject something of it; each kind has one thing at most.
    var isRejected: Bool {
        switch self {
        case .oversized, .tooManyMembers, .malformedMember, .valueTooLarge, .lineBreak, .invalidDeadline: true
        case .duplicateKeys, .duplicateHeaders, .undeclaredKeys, .spoofed: false
        }
    }

    /// The header's lines.
    ///
    /// - Parameters:
    ///   - members: What a good sender would have written before the language.
    ///   - language: The language, where this kind has a good one.
    func lines(after members: [String], language: String) -> [String] {
        func line(_ more: String...) -> [String] { [(members + more).joined(separator: ",")] }
        let good = "language=\(language)"
        switch self {
        case .oversized: return line("language=" + String(repeating: "x", count: 9_000))
        case .tooManyMembers: return [(members + (1...100).map { "k\($0)=v" } + [good]).joined(separator: ",")]
        case .malformedMember: return line("language=%zz")
        case .valueTooLarge: return line("language=" + String(repeating: "x", count: 33))
        case .lineBreak: return line("language=en%0A[forged]")
        case .invalidDeadline: return line(good, "deadline=soon")
        case .duplicateKeys: return line("language=wrong", good)
        case .duplicateHeaders: return line("language=wrong") + [good]
        case .undeclaredKeys: return line("user=root", "admin=true", good)
        case .spoofed: return line("request-id=evil", "tenant=evil", "deadline=0", good)
        }
    }

    /// Makes of the values that a good header brings those that this one must bring.
    func apply(to values: inout Values) {
        switch self {
        case .oversized, .tooManyMembers: values = .unset
        case .malformedMember, .valueTooLarge, .lineBreak: values.language = Values.unset.language
        case .invalidDeadline: values.deadline = Values.unset.deadline
        case .duplicateKeys, .duplicateHeaders, .undeclaredKeys, .spoofed: break
        }
    }
}

extension Values {
    /// What the variables are where nothing was set: the client's own table, not the services' defaults.
    static let unset = Values(requestID: nil, tenant: "public", deadline: nil, language: "en", user: nil)
}
