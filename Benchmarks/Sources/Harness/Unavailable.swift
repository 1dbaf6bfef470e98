// SPDX-License-Identifier: Apache-2.0
/// Why a row can't be measured here, and what to install.
package struct Unavailable: Error {
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}
