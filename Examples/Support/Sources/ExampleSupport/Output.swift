// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Shows what was printed.
///
/// To a pipe or a file, output is buffered until the process ends.
public func flushOutput() {
    fflush(nil)
}
