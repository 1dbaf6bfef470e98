// SPDX-License-Identifier: Apache-2.0
#if GRPC
import ContextVars
import ContextVarsGRPC
import GRPCCore
import Testing

/// The four kinds of RPC, from a client's context to a server's handler.
@Suite(.timeLimit(.minutes(15))) struct CallTests {
    @Test func `A unary RPC takes the declared variables to its handler`() async throws {
        try await Connection.with(.returning { _ in Current.seen() }) { connection in
            let seen = try await ContextSnapshot().with(Current.requestID, "r 1; ü,%").with(Current.tenant, "acme")
                .run {
                    try await connection.unary()
                }
            #expect(seen == "r 1; ü,% acme none")
        }
    }

    @Test func `Variables that nobody declares stay in the process, and unset ones have their defaults`() async throws {
        try await Connection.with(.returning { _ in Current.seen() }) { connection in
            let seen = try await Current.secret.withValue("s3cr3t") { try await connection.unary() }
            #expect(seen == "nil public none")
        }
    }

    @Test func `A caller without any context makes an RPC without values`() async throws {
        try await Connection.with(.returning { _ in Current.seen() }) { connection in
            let seen = try await Task.detached { try await connection.unary() }.value
            #expect(seen == "nil public none")
        }
    }

    @Test func `The values arrive under a timeout, where gRPC makes the call in a task of its own`() async throws {
        try await Connection.with(.returning { _ in Current.seen() }) { connection in
            let seen = try await Current.requestID.withValue("timed") {
                try await connection.unary(timeout: .seconds(3600))
            }
            #expect(seen == "timed public none")
        }
    }

    @Test func `A handler's functions, children and tasks are in the RPC's context, which it can change`() async throws
    {
        let service = TestService.returning { _ in
            async let child = Current.seen()
            let inherited = await child
            try Current.tenant.set("changed")
            let task = await Task { Current.seen() }.value
            return "\(inherited), \(task)"
        }
        try await Connection.with(service) { connection in
            let seen = try await Current.requestID.withValue("r") { try await connection.unary() }
            #expect(seen == "r public none, r changed none")
        }
    }

    @Test func `A handler of a client stream sees the values before, between and after the messages`() async throws {
        let service = TestService.returning { request in
            var seen = [Current.seen()]
            for try await message in request.messages { seen.append("\(message): \(Current.seen())") }
            return seen.joined(separator: ", ")
        }
        try await Connection.with(service) { connection in
            let seen = try await Current.requestID.withValue("r") {
                try await connection.streaming { writer in
                    try await writer.write("1")
                    try await writer.write("2")
                }
            }
            #expect(seen == ["r public none, 1: r public none, 2: r public none"])
        }
    }

    @Test func `The producer of a response stream sees the values, though it runs after the handler`() async throws {
        let service = TestService.producing { _, writer in
            try await writer.write(Current.seen())
            await Task.yield()
            try await writer.write(Current.seen())
        }
        try await Connection.with(service) { connection in
            let seen = try await Current.requestID.withValue("r") { try await connection.streaming() }
            #expect(seen == ["r public none", "r public none"])
        }
    }

    @Test func `The producer of a response stream goes on in the very context of the handler`() async throws {
        let service = TestService { _, _ in
            let token = try Current.tenant.set("by the handler")
            try Current.secret.set("by the handler")
            return StreamingServerResponse { writer in
                try await writer.write(Current.seen())
                try Current.tenant.reset(token)
                try await writer.write(Current.seen())
                return [:]
            }
        }
        try await Connection.with(service) { connection in
            let seen = try await Current.requestID.withValue("r") { try await connection.streaming() }
            #expect(seen == ["r by the handler by the handler", "r public by the handler"])
        }
    }

    @Test func `Both sides of a bidirectional stream see their values for as long as it lasts`() async throws {
        let service = TestService.producing { request, writer in
            for try await message in request.messages { try await writer.write("\(message): \(Current.seen())") }
        }
        try await Connection.with(service) { connection in
            let seen = try await Current.requestID.withValue("r") {
                try await Current.secret.withValue("kept here") {
                    try await connection.streaming { writer in
                        for number in 1...3 { try await writer.write("\(number) of \(Current.secret.get())") }
                    }
                }
            }
            #expect(seen == (1...3).map { "\($0) of kept here: r public none" })
        }
    }

    @Test
    func `A request's producer, a child task of its caller, reads its caller's variables and leaves them as they are`()
        async throws
    {
        let service = TestService.producing { request, writer in
            for try await message in request.messages { try await writer.write(message) }
        }
        try await Connection.with(service) { connection in
            try await Current.secret.withValue("of the caller") {
                let seen = try await connection.streaming { writer in
                    #expect(throws: ContextError.borrowedContext) { try Current.secret.set("changed") }
                    try await writer.write(Current.secret.get())
                    try await Current.secret.withValue("own") { try await writer.write(Current.secret.get()) }
                }
                #expect(seen == ["of the caller", "own"])
                #expect(Current.secret.get() == "of the caller")
            }
        }
    }

    @Test func `RPCs at once on one connection keep their values apart`() async throws {
        let service = TestService.producing { request, writer in
            for try await message in request.messages {
                try Current.secret.set(message)
                await Task.yield()
                try await writer.write(Current.seen())
            }
        }
        try await Connection.with(service) { connection in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...200 {
                    let values = ContextSnapshot().with(Current.requestID, "r\(number)").with(
                        Current.tenant, "t\(number)")
                    group.addTask(context: values) {
                        let seen = try await connection.streaming { writer in
                            for message in 1...3 {
                                await Task.yield()
                                try await writer.write("\(number).\(message)")
                            }
                        }
                        #expect(seen == (1...3).map { "r\(number) t\(number) \(number).\($0)" })
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
#endif
