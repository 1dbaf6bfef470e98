// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the figures were measured on: without it they say nothing.
package struct Machine {
    let processor = firstValue(of: "model name", in: "/proc/cpuinfo", separator: ":") ?? "unknown processor"
    let processors = ProcessInfo.processInfo.activeProcessorCount
    let system = firstValue(of: "PRETTY_NAME", in: "/etc/os-release", separator: "=")
    let kernel = contents(of: "/proc/sys/kernel/osrelease")
    let toolchain = standardOutput(of: ["swift", "--version"])?.split(separator: "\n").first.map(String.init)
    /// How many processes wanted to run just now: figures of a busy machine are noisy.
    let load = contents(of: "/proc/loadavg")?.split(separator: " ").first.map(String.init)

    package init() {}

    package var description: String {
        """
        CPU        \(processor), \(processors) processors, load \(load ?? "unknown")
        OS         \(system ?? ProcessInfo.processInfo.operatingSystemVersionString), kernel \(kernel ?? "unknown")
        toolchain  \(toolchain ?? "unknown")
        build      \(Build.current.description)
        """
    }
}

private func contents(of path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
}

private func firstValue(of key: String, in path: String, separator: Character) -> String? {
    contents(of: path)?
        .split(separator: "\n")
        .first { $0.hasPrefix(key) }
        .flatMap { $0.split(separator: separator, maxSplits: 1).last }
        .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \"")) }
}

/// What a command prints, or nil where it can't be run.
private func standardOutput(of command: [String]) -> String? {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
}
