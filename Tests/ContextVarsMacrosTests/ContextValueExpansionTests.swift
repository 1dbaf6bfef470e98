// SPDX-License-Identifier: Apache-2.0
#if Macros
import Testing

@Suite struct ContextValueExpansionTests {
    @Test func `An optional property reads nil until it is set, and the variable is named for type and property`() {
        expectExpansion(
            """
            enum Request {
                @ContextValue static var id: String?
            }
            """,
            """
            enum Request {
                static var id: String? {
                    get {
                        $id.get()
                    }
                }

                nonisolated static let $id = ContextVars.ContextVar<String?>("Request.id")
            }
            """)
    }

    @Test func `The initial value is the default, with and without a type`() {
        expectExpansion(
            """
            struct Request {
                @ContextValue static var tenant = "public"
                @ContextValue static var attempt: Int = 1
                @ContextValue static var user: String? = nil
            }
            """,
            """
            struct Request {
                static var tenant {
                    get {
                        $tenant.get()
                    }
                }

                nonisolated static let $tenant = ContextVars.ContextVar("Request.tenant", default: "public")
                static var attempt: Int {
                    get {
                        $attempt.get()
                    }
                }

                nonisolated static let $attempt = ContextVars.ContextVar<Int>("Request.attempt", default: 1)
                static var user: String? {
                    get {
                        $user.get()
                    }
                }

                nonisolated static let $user = ContextVars.ContextVar<String?>("Request.user", default: nil)
            }
            """)
    }

    @Test func `A given name replaces that of type and property, and further arguments are passed on`() {
        expectExpansion(
            """
            enum Request {
                @ContextValue("x-request-id", inheritance: .never) static var id: String?
                @ContextValue(inheritance: .never) static var key = 0
                @ContextValue("x-depth", inheritance: .transformed { $0 + 1 }) static var depth = 0
            }
            """,
            """
            enum Request {
                static var id: String? {
                    get {
                        $id.get()
                    }
                }

                nonisolated static let $id = ContextVars.ContextVar<String?>("x-request-id", inheritance: .never)
                static var key {
                    get {
                        $key.get()
                    }
                }

                nonisolated static let $key = ContextVars.ContextVar("Request.key", default: 0, inheritance: .never)
                static var depth {
                    get {
                        $depth.get()
                    }
                }

                nonisolated static let $depth = ContextVars.ContextVar("x-depth", default: 0, inheritance: .transformed {
                        $0 + 1
                    })
            }
            """)
    }

    @Test func `The variable has the access level and the availability of the property`() {
        expectExpansion(
            """
            public enum Request {
                @ContextValue
                @available(macOS 15, *)
                @MainActor
                public static var id: String?
                @ContextValue nonisolated fileprivate static var key = 0
            }
            """,
            """
            public enum Request {
                @available(macOS 15, *)
                @MainActor
                public static var id: String? {
                    get {
                        $id.get()
                    }
                }

                @available(macOS 15, *)
                nonisolated public static let $id = ContextVars.ContextVar<String?>("Request.id")
                nonisolated fileprivate static var key {
                    get {
                        $key.get()
                    }
                }

                nonisolated fileprivate static let $key = ContextVars.ContextVar("Request.key", default: 0)
            }
            """)
    }

    @Test func `The name has all types around the property, those that are extended too`() {
        expectExpansion(
            """
            extension Server.Request {
                actor Session {
                    @ContextValue static var `default`: Int?
                }
            }
            """,
            """
            extension Server.Request {
                actor Session {
                    static var `default`: Int? {
                        get {
                            $default.get()
                        }
                    }

                    nonisolated static let $default = ContextVars.ContextVar<Int?>("Server.Request.Session.default")
                }
            }
            """)
    }

    @Test func `A global variable is named for itself, and an implicitly unwrapped one is optional`() {
        expectExpansion(
            """
            @ContextValue var deadline: Int!
            """,
            """
            var deadline: Int! {
                get {
                    $deadline.get()
                }
            }

            nonisolated let $deadline = ContextVars.ContextVar<Int?>("deadline")
            """)
    }
}
#endif
