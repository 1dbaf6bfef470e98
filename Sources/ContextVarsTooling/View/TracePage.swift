// SPDX-License-Identifier: Apache-2.0
#if Tools
import ContextTraceFormat

/// The page that shows a trace: one HTML file that needs no network.
public enum TracePage {
    /// The page with a trace in it.
    ///
    /// - Parameter title: What the page calls the trace: the name of its file.
    /// - Complexity: Linear in the number of events.
    public static func html(_ trace: Trace, title: String) -> String {
        let style = text(PackageResources.page_css)
        let scripts = [
            PackageResources.model_js, PackageResources.layout_js, PackageResources.search_js, PackageResources.draw_js,
            PackageResources.arrows_js, PackageResources.axis_js, PackageResources.panel_js, PackageResources.app_js,
            PackageResources.pointer_js, PackageResources.main_js,
        ]
        let script = scripts.map(text).joined(separator: "\n")
        let parts = text(PackageResources.page_html).split(separator: "@@", omittingEmptySubsequences: false)
        return parts.map { part in
            switch part {
            case "TITLE": escaped(title)
            case "STYLE": style
            case "SCRIPT": script
            case "TRACE": PageData(trace).json
            default: String(part)
            }
        }.joined()
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
#endif
