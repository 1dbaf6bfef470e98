// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness
import ServiceContextModule

/// Our variables.
enum Variables {
    static let number = ContextVar("number", default: 0)
    static let text = ContextVar("text", default: "")
    static let other = ContextVar("other", default: 0)
    static let large = ContextVar("large", default: Large(repeating: 0))
}

func makeVariables(_ count: Int) -> [ContextVar<Int>] {
    (0..<count).map { ContextVar("variable \($0)", default: 0) }
}

/// A side in a context in which so many variables are set; it gets the one in their middle.
func withVariables(
    _ count: Int, _ body: @escaping @Sendable (ContextVar<Int>, Meter) throws -> Void
) -> Side {
    let variables = makeVariables(count)
    return { meter in
        try Context().run {
            for variable in variables { try variable.set(1) }
            try body(variables[count / 2], meter)
        }
    }
}

/// The same as task-local values.
enum Locals {
    @TaskLocal static var number = 0
    @TaskLocal static var text = ""
    @TaskLocal static var large = Large(repeating: 0)
    /// What other libraries bind.
    @TaskLocal static var other = 0
}

/// The same in a `ServiceContext`.
enum NumberKey: ServiceContextKey {
    typealias Value = Int
}

/// Runs the body beneath eight task-local bindings of other libraries: a trace, a logger, a request's own.
func beneathOtherBindings<Result>(_ count: Int = 8, _ body: () throws -> Result) rethrows -> Result {
    guard count > 0 else { return try body() }
    return try Locals.$other.withValue(count) { try beneathOtherBindings(count - 1, body) }
}

/// A string that is on the heap, as most are that come with a request.
let requestID = "7f9c24e5-0f1b-4d0e-a5ea-1c9a1f0f4a11"
