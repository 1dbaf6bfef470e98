// SPDX-License-Identifier: Apache-2.0
#if Macros
import Testing

@Suite struct ContextValueFaultTests {
    @Test func `A constant becomes a variable`() {
        expectFault(
            """
            enum Request {
                @ContextValue static let tenant = "public"
            }
            """,
            "'@ContextValue' needs 'var': the property's value depends on the current context", column: 26,
            fixes: ["write 'var'"], applying: "write 'var'",
            gives: """
                enum Request {
                    @ContextValue static var tenant = "public"
                }
                """)
    }

    @Test func `An instance member becomes static`() {
        expectFault(
            """
            struct Request {
                @ContextValue public var tenant = "public"
            }
            """,
            "'@ContextValue' can't be an instance member: a context variable exists once; make it 'static'", column: 26,
            fixes: ["add 'static'"], applying: "add 'static'",
            gives: """
                struct Request {
                    @ContextValue public static var tenant = "public"
                }
                """)
    }

    @Test func `A class member becomes static`() {
        expectFault(
            """
            class Request {
                @ContextValue class var tenant = "public"
            }
            """,
            "'@ContextValue' can't be overridden; write 'static' instead of 'class'", column: 19,
            fixes: ["write 'static'"], applying: "write 'static'",
            gives: """
                class Request {
                    @ContextValue static var tenant = "public"
                }
                """)
    }

    @Test func `A computed property keeps its getter and loses the macro`() {
        expectFault(
            """
            enum Request {
                @ContextValue static var tenant: String { "public" }
            }
            """,
            "'@ContextValue' can't be attached to a computed property: the macro adds the getter", column: 45,
            fixes: ["remove '@ContextValue'"], applying: "remove '@ContextValue'",
            gives: """
                enum Request {
                    static var tenant: String { "public" }
                }
                """)
    }

    @Test func `Observers go`() {
        expectFault(
            """
            enum Request {
                @ContextValue static var tenant = "public" { didSet { print(tenant) } }
            }
            """,
            "'@ContextValue' can't have observers: its value changes with the current context", column: 48,
            fixes: ["remove the observers"], applying: "remove the observers",
            gives: """
                enum Request {
                    @ContextValue static var tenant = "public"
                }
                """)
    }

    @Test func `A type or an initial value is needed`() {
        expectFault(
            """
            enum Request {
                @ContextValue static var tenant
            }
            """,
            "'@ContextValue' needs a type or an initial value", column: 30,
            fixes: ["add a type"], applying: "add a type",
            gives: """
                enum Request {
                    @ContextValue static var tenant: <#Type#>?
                }
                """)
    }

    @Test(arguments: [
        ("String", "String?"), ("[String: Int]", "[String: Int]?"), ("any Error", "(any Error)?"),
        ("() -> Void", "(() -> Void)?"),
    ])
    func `A type that isn't optional needs an initial value, or becomes optional`(type: String, optional: String) {
        let message = """
            '@ContextValue' of a type that isn't optional needs an initial value, which is what it reads where it isn't set
            """
        let fixes = ["add an initial value", "make it optional: it reads 'nil' until it is set"]
        let source = "enum Request {\n    @ContextValue static var tenant: \(type)\n}"
        expectFault(
            source, message, column: 30, fixes: fixes, applying: fixes[0],
            gives: "enum Request {\n    @ContextValue static var tenant: \(type) = <#default#>\n}")
        expectFault(
            source, message, column: 30, fixes: fixes, applying: fixes[1],
            gives: "enum Request {\n    @ContextValue static var tenant: \(optional)\n}")
    }

    @Test func `A modifier that makes no sense goes`() {
        expectFault(
            """
            enum Request {
                @ContextValue public private(set) static var tenant = "public"
            }
            """,
            "'@ContextValue' has no setter; use the '$' variable's 'set' or 'withValue'", column: 26,
            fixes: ["remove 'private(set)'"], applying: "remove 'private(set)'",
            gives: """
                enum Request {
                    @ContextValue public static var tenant = "public"
                }
                """)
        expectFault(
            """
            enum Request {
                @ContextValue static lazy var tenant = "public"
            }
            """,
            "'@ContextValue' can't be 'lazy', 'weak' or 'unowned'", column: 26, fixes: ["remove 'lazy'"])
    }

    @Test(arguments: ["struct Box<Value> {", "enum Box<let size: Int> {", "actor Box<each Value> {"])
    func `A generic type can't have one`(opening: String) {
        let message = """
            '@ContextValue' can't be in a generic type, which can't have static stored properties; move it to a type that \
            isn't generic
            """
        expectFault("\(opening)\n    @ContextValue static var tenant = 1\n}", message, column: 26)
        expectFault(
            "\(opening)\nenum Inner {\n    @ContextValue static var tenant = 1\n}\n}", message, line: 3, column: 26)
    }

    @Test func `A protocol, a function and a list of names can't have one`() {
        expectFault(
            """
            protocol Request {
                @ContextValue static var tenant: String?
            }
            """,
            "'@ContextValue' can't be in a protocol; move it to an 'enum' or another concrete type", column: 26)
        expectFault(
            """
            func handle() {
                @ContextValue var tenant = 1
            }
            """,
            "'@ContextValue' can't be a local variable; make it a static property or a global variable", column: 19)
    }
}
#endif
