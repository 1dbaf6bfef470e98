// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Callbacks for which this module has no method of its own, because `ContextSnapshot.wrap` is enough.
@Suite(.timeLimit(.minutes(15))) struct CallbackTests {
    let variable = ContextVar("variable", default: 0)

    @Test func `A wrapped completion handler of a URL session has the snapshot's values`() async throws {
        let url = try #require(URL(string: "unsupported://host/"))
        let seen = await withCheckedContinuation { seen in
            variable.withValue(1) {
                URLSession.shared.dataTask(
                    with: url,
                    completionHandler: ContextSnapshot.current.wrap {
                        (_: Data?, _: URLResponse?, error: (any Error)?) in
                        #expect(error != nil)
                        seen.resume(returning: variable.get())
                    }
                ).resume()
            }
        }
        #expect(seen == 1)
    }

    #if os(Linux) || os(macOS)
    @Test func `Wrapped handlers of a process and its output have the snapshot's values`() async throws {
        let (seen, report) = AsyncStream.makeStream(of: Int.self)
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/echo")
        process.arguments = ["output"]
        process.standardOutput = pipe
        variable.withValue(1) {
            let snapshot = ContextSnapshot.current
            process.terminationHandler = snapshot.wrap { (_: Process) in report.yield(variable.get()) }
            pipe.fileHandleForReading.readabilityHandler = snapshot.wrap { (handle: FileHandle) in
                guard !handle.availableData.isEmpty else { return handle.readabilityHandler = nil }
                report.yield(variable.get())
            }
        }
        try process.run()
        #expect(await seen.prefix(2).reduce(into: []) { $0.append($1) } == [1, 1])
        pipe.fileHandleForReading.readabilityHandler = nil
    }
    #endif
}
