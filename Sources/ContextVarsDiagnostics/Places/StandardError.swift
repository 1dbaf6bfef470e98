// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The program's standard error.
enum StandardError {
    /// Writes a text there, or nowhere where that fails, as it does where the descriptor is closed or a disk full.
    ///
    /// (A pipe without a reader raises `SIGPIPE`, as it does for all that a program writes.)
    static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
