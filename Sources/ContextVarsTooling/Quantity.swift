// SPDX-License-Identifier: Apache-2.0
#if Tools
/// A number with its noun, in the plural unless the number is 1.
package func quantity(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}
#endif
