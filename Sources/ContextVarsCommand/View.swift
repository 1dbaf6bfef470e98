// SPDX-License-Identifier: Apache-2.0
#if Tools
import ArgumentParser
import ContextTraceFormat
import ContextVarsTooling
import Foundation

struct View: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a trace in the browser: tasks and threads, contexts, handovers, lost values.",
        discussion: """
            Serves one page on the loopback interface and prints its address, until you press Control-C. With --output, \
            writes the page to a file, which needs no server and no network.
            """)

    @Argument(help: "A trace: Chrome trace JSON or JSON lines, as ContextRecorder writes them.")
    var file: String?

    @Option(help: "Write the page to this file instead of serving it.")
    var output: String?

    @Option(help: "The port to serve on; a free one by default.")
    var port: UInt16 = 0

    @Option(help: "Show a made-up trace with this many events instead of a file.")
    var example: Int?

    @Option(help: "Also write the trace in the other format: a path that ends in .json or .jsonl.")
    var export: String?

    func validate() throws {
        guard (file == nil) != (example == nil) else {
            throw ValidationError("Name a trace, or write --example 1000.")
        }
        if let export, !export.hasSuffix(".json"), !export.hasSuffix(".jsonl") {
            throw ValidationError("--export needs a path that ends in .json or .jsonl.")
        }
    }

    func run() throws {
        let trace = if let file { try TraceReader.read(file) } else { ExampleTrace.make(events: example ?? 0) }
        if let export {
            let bytes = export.hasSuffix(".jsonl") ? trace.jsonLines() : trace.chromeTrace()
            try write(String(decoding: bytes, as: UTF8.self), to: export)
        }
        let title = file.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "example"
        let page = TracePage.html(trace, title: title)
        if let output {
            try write(page, to: output)
            print("\(output): \(quantity(trace.events.count, "event"))")
            return
        }
        let server = try PageServer(page: page, port: port)
        // At once, also into a pipe.
        FileHandle.standardOutput.write(Data("\(server.address)  (Control-C ends it)\n".utf8))
        try server.serve()
    }
}
#endif
