// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDiagnostics
import ContextVarsTesting
import Dispatch
import Foundation
import Testing

private let requestID = ContextVar<String?>("request.id")
private let printable = ContextVar("request.tenant", default: "public").printable()
private let anywhere = ContextVar("anywhere", default: 1).readAnywhere()

/// Runs a body on a queue, and waits for it.
private func onQueue(named label: String, _ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        DispatchQueue(label: label).async {
            body()
            continuation.resume()
        }
    }
}

extension Diagnosing {
    @Suite struct LossTests {
        @Test func `A read where no context is current is reported with its line`() async throws {
            let (reports, continuation) = AsyncStream.makeStream(of: ContextLoss.self)
            ContextLossDetector.start { loss in if loss.variable == requestID { continuation.yield(loss) } }
            let line = #line + 1
            await onQueue(named: "mail") { _ = requestID.get() }
            let loss = try #require(await reports.first { _ in true })
            let losses = ContextLossDetector.stop().filter { $0.variable == requestID }
            #expect(loss.operation == .read)
            #expect(loss.runner == "queue \"mail\"")
            let site = try #require(loss.site)
            #expect(site.isInLossTests, "\(loss.debugDescription)")
            #expect(loss.backtrace.contains(site))
            #expect(loss.description.hasPrefix("request.id read as its default at \(site), on queue \"mail\""))
            if Lines.areKnown {
                #expect(site.source?.line == line)
                #expect(site.description == "ContextVarsDiagnosticsTests/LossTests.swift:\(line)")
                #expect(loss.backtrace.first == site)
            }
            #expect(losses.count == 1)
            #expect(!loss.description.contains("times"))
        }

        @Test func `One line is listed once, with a count`() async {
            ContextLossDetector.start { _ in }
            await onQueue(named: "many") { for _ in 0..<1000 { _ = requestID.get() } }
            let losses = ContextLossDetector.stop().filter { $0.variable == requestID }
            #expect(losses.map(\.count) == [1000])
            #expect(losses.first?.description.hasSuffix("(1000 times)") == true)
        }

        @Test func `A set that is refused is a loss`() async {
            ContextLossDetector.start { _ in }
            await onQueue(named: "set") { #expect(throws: ContextError.noCurrentContext) { try requestID.set("a") } }
            let losses = ContextLossDetector.stop().filter { $0.variable == requestID }
            #expect(losses.map(\.operation) == [.set])
        }

        @Test func `What is read in a context, set or not, is no loss`() async {
            ContextLossDetector.start { _ in }
            await onQueue(named: "context") { ContextSnapshot().run { _ = requestID.get() } }
            await ContextSnapshot().run {
                async let child = requestID.get(); _ = await child
            }
            #expect(ContextLossDetector.stop().filter { $0.variable == requestID }.isEmpty)
        }

        @Test func `A variable that is meant to be read anywhere is no loss, unless it is set`() async {
            ContextLossDetector.start { _ in }
            await onQueue(named: "anywhere") {
                _ = anywhere.get()
                _ = try? anywhere.set(2)
            }
            let losses = ContextLossDetector.stop().filter { $0.variable == anywhere }
            #expect(losses.map(\.operation) == [.set])
        }

        @Test func `What is read in withoutContext is no loss, nor what is started there, unless it is set`() async {
            ContextLossDetector.start { _ in }
            await requestID.withValue("a") {
                withoutContext {
                    _ = requestID.get()
                    _ = try? requestID.set("b")
                }
                await withoutContext { () async in
                    await Task.yield()
                    _ = requestID.get()
                    async let child = requestID.get()
                    _ = await child
                    await Task { _ = requestID.get() }.value
                    #if os(Linux)
                    // What ContextVarsAutomatic, which these tests link, tells of the handover.
                    await onQueue(named: "without") { _ = requestID.get() }
                    #endif
                }
            }
            let losses = ContextLossDetector.stop().filter { $0.variable == requestID }
            #expect(losses.map(\.operation) == [.set])
        }

        #if os(Linux)
        // These tests link ContextVarsAutomatic, as all tests of this package do together.
        @Test func `The line that handed the work over is named, with what the variable had there`() async throws {
            ContextLossDetector.start { _ in }
            let line = #line + 3
            await printable.withValue("acme") {
                await withCheckedContinuation { continuation in
                    DispatchQueue(label: "mail").async {
                        DispatchQueue.global().async {
                            _ = printable.get()
                            continuation.resume()
                        }
                    }
                }
            }
            let losses = ContextLossDetector.stop().filter { $0.variable == printable }
            let loss = try #require(losses.first)
            let handOver = try #require(loss.handOver)
            #expect(losses.count == 1)
            #expect(handOver.hadContext && handOver.wasSet)
            #expect(handOver.value == "acme")
            #expect(handOver.boundary == "DispatchQueue.async")
            // The optimiser may have put these closures into thunks; never is it a line of this package's that is named.
            for site in [try #require(handOver.site), try #require(loss.site)] {
                #expect(site.source?.path.contains(/\/Sources\/C?ContextVars/) != true, "\(loss.debugDescription)")
            }
            if Lines.areKnown {
                #expect(handOver.site?.isInLossTests == true && loss.site?.isInLossTests == true)
                // The first one: the second one had no context any more.
                #expect(handOver.site?.source?.line == line)
                #expect(loss.site?.source?.line == line + 2)
            }
        }
        #endif

        @Test func `Beyond the limit, losses are only counted`() async {
            ContextLossDetector.start(limits: .init(places: 1)) { _ in }
            await onQueue(named: "limit") {
                _ = requestID.get()
                _ = requestID.get()
                _ = requestID.get()
            }
            #expect(ContextLossDetector.unlistedCount >= 2)
            #expect(ContextLossDetector.stop().count == 1)
        }

        @Test func `Losses on many threads at once are all counted`() async {
            ContextLossDetector.start { _ in }
            DispatchQueue.concurrentPerform(iterations: 10_000) { _ in _ = requestID.get() }
            let losses = ContextLossDetector.stop().filter { $0.variable == requestID }
            #expect(losses.map(\.count).reduce(0, +) == 10_000)
        }

        @Test func `Nothing is reported after a stop`() async {
            ContextLossDetector.start { _ in }
            ContextLossDetector.stop()
            await onQueue(named: "stopped") { _ = requestID.get() }
            #expect(ContextLossDetector.losses.isEmpty)
            #expect(!ContextLossDetector.isStarted)
        }

        @Test func `What a report reads itself is no loss`() async throws {
            let (reports, continuation) = AsyncStream.makeStream(of: ContextLoss.self)
            ContextLossDetector.start { loss in
                _ = requestID.get()
                if loss.variable == requestID { continuation.yield(loss) }
            }
            await onQueue(named: "report") { _ = requestID.get() }
            _ = try #require(await reports.first { _ in true })
            #expect(ContextLossDetector.stop().filter { $0.variable == requestID }.map(\.count) == [1])
        }

        @Test(.timeLimit(.minutes(15)))
        func `What a report has captured may lose a value when the next report takes its place`() async {
            final class Reader: Sendable {
                deinit { _ = requestID.get() }
            }
            await onQueue(named: "starts") {
                let reader = Reader()
                ContextLossDetector.start { _ in withExtendedLifetime(reader) {} }
            }
            await onQueue(named: "starts again") { ContextLossDetector.start { _ in } }
            #expect(ContextLossDetector.stop().filter { $0.variable == requestID }.map(\.count) == [1])
        }

        @Test func `In an asynchronous function, the line is the reading function's`() async {
            ContextLossDetector.start { _ in }
            let line = await Task.detached { await readAfterSuspension() }.value
            let losses = ContextLossDetector.stop().filter { $0.variable == requestID }
            #expect(losses.map { $0.site?.source?.line } == [line])
        }
    }
}

extension CallSite {
    /// Whether it is in this file: by its line or, where the optimiser has left none, by its function.
    fileprivate var isInLossTests: Bool {
        source.map { $0.path.hasSuffix("LossTests.swift") } ?? function?.contains("LossTests.") ?? false
    }
}

private func readAfterSuspension() async -> Int {
    await Task.yield()
    _ = requestID.get()
    return #line - 1
}
