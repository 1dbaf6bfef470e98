// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The program's standard error.
enum StandardError {
    /// Writes a text there, or nowhere where it is closed or full: a program doesn't end because of its diagnostics.
    static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
