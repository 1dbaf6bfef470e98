// SPDX-License-Identifier: Apache-2.0
import Counting

/// What the engine and the map cost; `Benchmarks/thresholds` runs it under callgrind, which counts the instructions.
@main
enum Count {
    static func main() throws {
        try Program(ContextOperations.all + MapOperations.all, useLibraryOnce: Variables.useOnce).run()
    }
}
