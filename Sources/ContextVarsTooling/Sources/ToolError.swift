// SPDX-License-Identifier: Apache-2.0
/// Why a command couldn't do what it was asked for.
public enum ToolError: Error, Equatable, CustomStringConvertible {
    /// No file or folder has this path.
    case notFound(String)
    /// A file can't be read.
    case unreadable(String, String)
    /// A file can't be written.
    case unwritable(String, String)
    /// A file isn't a trace: the line and what is wrong there.
    case notATrace(String, line: Int, String)
    /// The page can't be served.
    case cannotServe(String)

    /// What is wrong and, where that isn't obvious, what to do.
    public var description: String {
        switch self {
        case .notFound(let path): "\(path): no such file or folder"
        case .unreadable(let path, let reason): "\(path): can't be read: \(reason)"
        case .unwritable(let path, let reason): "\(path): can't be written: \(reason)"
        case .notATrace(let path, let line, let reason):
            """
            \(path):\(line): not a trace: \(reason). A trace is Chrome trace JSON or JSON lines, as ContextRecorder writes \
            them
            """
        case .cannotServe(let reason):
            "can't serve the page: \(reason). Write it to a file instead: --output page.html"
        }
    }
}
