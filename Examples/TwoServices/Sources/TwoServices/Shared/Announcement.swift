// SPDX-License-Identifier: Apache-2.0
import ExampleSupport

/// Says where a service listens, in one line on standard output, for people and for the check.
func announce(_ service: String, port: Int) {
    print("\(service) listening on 127.0.0.1:\(port)")
    flushOutput()
}

/// The port in an announcement.
func announcedPort(in line: String, of service: String) -> Int? {
    let start = "\(service) listening on 127.0.0.1:"
    guard line.hasPrefix(start) else { return nil }
    return Int(line.dropFirst(start.count))
}
