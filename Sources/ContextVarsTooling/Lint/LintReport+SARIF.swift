// SPDX-License-Identifier: Apache-2.0
#if Tools
/// SARIF 2.1.0, as code hosts read it.
private enum SARIF {
    struct Log: Encodable {
        let schema = "https://json.schemastore.org/sarif-2.1.0.json"
        let version = "2.1.0"
        let runs: [Run]

        enum CodingKeys: String, CodingKey {
            case schema = "$schema"
            case version, runs
        }
    }

    struct Run: Encodable {
        let tool: Tool
        let columnKind = "utf16CodeUnits"
        let invocations: [Invocation]
        let results: [Result]
    }

    struct Tool: Encodable {
        let driver: Driver
    }

    struct Driver: Encodable {
        let name = "contextvars"
        let rules: [RuleDescription]
    }

    struct RuleDescription: Encodable {
        let id: String
        let shortDescription: Message
        let defaultConfiguration: Configuration
    }

    struct Configuration: Encodable {
        let level: String
    }

    struct Invocation: Encodable {
        let executionSuccessful: Bool
        let toolExecutionNotifications: [Notification]
    }

    struct Notification: Encodable {
        let level = "error"
        let message: Message
    }

    struct Message: Encodable {
        let text: String
    }

    struct Result: Encodable {
        let ruleId: String
        let ruleIndex: Int
        let level: String
        let message: Message
        let locations: [Location]
        let fixes: [Fix]?
        let suppressions: [Suppression]?
    }

    struct Location: Encodable {
        let physicalLocation: PhysicalLocation
    }

    struct PhysicalLocation: Encodable {
        let artifactLocation: Artifact
        let region: SourceRegion
    }

    struct Artifact: Encodable {
        let uri: String
    }

    struct Suppression: Encodable {
        let kind = "inSource"
        let justification: String
    }

    struct Fix: Encodable {
        let description: Message
        let artifactChanges: [Change]
    }

    struct Change: Encodable {
        let artifactLocation: Artifact
        let replacements: [Replacement]
    }

    struct Replacement: Encodable {
        let deletedRegion: SourceRegion
        let insertedContent: Message
    }
}

extension LintReport {
    /// The report as SARIF 2.1.0, with fixes and with the reasons of ignored findings.
    public func sarif() -> String {
        let rules = Rule.allCases.map { rule in
            SARIF.RuleDescription(
                id: rule.rawValue, shortDescription: .init(text: rule.summary),
                defaultConfiguration: .init(level: rule.severity.rawValue))
        }
        let invocation = SARIF.Invocation(
            executionSuccessful: unreadable.isEmpty,
            toolExecutionNotifications: unreadable.map { .init(message: .init(text: $0.description)) })
        return encode(
            SARIF.Log(runs: [
                SARIF.Run(
                    tool: .init(driver: .init(rules: rules)), invocations: [invocation], results: findings.map(result))
            ]))
    }

    private func result(_ finding: Finding) -> SARIF.Result {
        let artifact = SARIF.Artifact(uri: SARIFPath.uri(finding.path))
        let replacements = zip(finding.edits, finding.editedRegions).map { edit, region in
            SARIF.Replacement(deletedRegion: region, insertedContent: .init(text: edit.replacement))
        }
        let fix = SARIF.Fix(
            description: .init(text: finding.advice),
            artifactChanges: [.init(artifactLocation: artifact, replacements: replacements)])
        return SARIF.Result(
            ruleId: finding.rule.rawValue, ruleIndex: Rule.allCases.firstIndex(of: finding.rule)!,
            level: finding.severity.rawValue, message: .init(text: "\(finding.message): \(finding.advice)"),
            locations: [
                .init(physicalLocation: .init(artifactLocation: artifact, region: finding.region))
            ],
            fixes: replacements.isEmpty ? nil : [fix],
            suppressions: finding.ignored.map { [.init(justification: $0)] })
    }
}

private enum SARIFPath {
    /// A relative reference with `/`, escaped.
    static func uri(_ path: String) -> String {
        var path = Substring(path)
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        let kept = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/+@".utf8)
        let escaped = path.utf8.map { byte in
            kept.contains(byte)
                ? String(UnicodeScalar(byte))
                : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        let text = escaped.joined()
        return text.hasPrefix("/") ? "file://\(text)" : text
    }
}
#endif
