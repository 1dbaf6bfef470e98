// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Harness

/// Charts of a run, drawn by a script with matplotlib.
struct Plot {
    let folder: String

    private static let script = Repository.benchmarks.appending(path: "plot/plot.py").path

    /// What the script draws.
    private struct Figures: Encodable {
        struct Bar: Encodable {
            let operation, peer: String
            let ratio: Double
            let bar: Double?
            let higherIsBetter: Bool
        }
        struct Line: Encodable {
            let operation, parameter, unit: String
            let numbers: [Int]
            let figures: [Double]
        }
        let bars: [Bar]
        let lines: [Line]
    }

    /// Says what to install before anything is measured, rather than after.
    ///
    /// - Throws: The status of the script, which has said why it can't run.
    func check() throws {
        let status = try run(["--check"])
        guard status == 0 else { throw ExitCode(status) }
    }

    func draw(_ outcomes: [Outcome], _ growth: [GrowthOutcome]) throws {
        let figures = Figures(
            bars: outcomes.map { outcome in
                Figures.Bar(
                    operation: outcome.row.operation, peer: outcome.row.peer, ratio: outcome.ratio,
                    bar: outcome.row.bar, higherIsBetter: outcome.row.higherIsBetter)
            },
            lines: growth.map { outcome in
                Figures.Line(
                    operation: outcome.growth.operation, parameter: outcome.growth.parameter,
                    unit: outcome.growth.unit.rawValue, numbers: outcome.growth.numbers,
                    figures: outcome.figures.map(\.median))
            })
        let file = FileManager.default.temporaryDirectory.appending(path: "figures-\(UUID().uuidString).json")
        try JSONEncoder().encode(figures).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let status = try run([file.path, folder])
        guard status == 0 else { throw ExitCode(status) }
    }

    private func run(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", Self.script] + arguments
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
