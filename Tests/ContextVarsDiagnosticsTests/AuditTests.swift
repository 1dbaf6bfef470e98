// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDiagnostics
import Testing

private let requestID = ContextVar<String?>("request.id")
private let connection = ContextVar<Connection?>("connection")

private final class Connection: Sendable {}

extension Diagnosing {
    @Suite struct AuditTests {
        init() { ContextAudit.reset() }

        @Test func `A token that was not reset is reported with its line, and none that was`() throws {
            let line = #line + 3
            try ContextSnapshot().run {
                let kept = try ContextAudit.token(requestID.set("a"))
                ContextAudit.token(try requestID.set("b"))
                try requestID.reset(kept)
            }
            let leaks = ContextAudit.leaks()
            #expect(leaks.map(\.kind) == [.token])
            #expect(leaks.first?.name == "request.id")
            #expect(leaks.first?.site?.source?.line == line)
            let text = "\(try #require(leaks.first))"
            #expect(text.hasPrefix("token request.id, made at ContextVarsDiagnosticsTests/AuditTests.swift:\(line)"))
            #expect(text.contains("is not reset after"))
        }

        @Test func `A context is reported as long as it is alive`() {
            var context: Context? = ContextAudit.watch(Context(), "of the job")
            #expect(ContextAudit.leaks().map(\.name) == ["of the job"])
            #expect(ContextAudit.leaks(olderThan: .seconds(3600)).isEmpty)
            withExtendedLifetime(context) {}
            context = nil
            #expect(ContextAudit.leaks().isEmpty)
        }

        @Test func `A snapshot is reported as long as it, a copy or what runs in it is there`() {
            var snapshot: ContextSnapshot? = ContextAudit.watch(ContextSnapshot().with(requestID, "a"))
            var copy = snapshot
            snapshot = nil
            #expect(ContextAudit.leaks().map(\.kind) == [.snapshot])
            #expect(copy?[requestID] == "a")
            take(&copy).run { #expect(ContextAudit.leaks().map(\.kind) == [.snapshot]) }
            #expect(ContextAudit.leaks().isEmpty)
        }

        private func take(_ snapshot: inout ContextSnapshot?) -> ContextSnapshot {
            snapshot.take() ?? ContextSnapshot()
        }

        @Test func `A value that a pool keeps is reported`() throws {
            let pool = try ContextSnapshot().run {
                try connection.set(ContextAudit.watch(value: Connection(), "connection"))
                return [ContextSnapshot.current]
            }
            #expect(ContextAudit.leaks().map(\.kind) == [.value])
            withExtendedLifetime(pool) {}
        }

        @Test func `What is gone is forgotten`() {
            for _ in 0..<5000 { ContextAudit.watch(Context()) }
            #expect(ContextAudit.leaks().isEmpty)
        }
    }
}
