// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsAutomatic
import Foundation
import NIOCore
import NIOPosix
import Testing

/// SwiftNIO, whose threads serve everybody.
@Suite struct NIOTests {
    @Test func `Threads of event loops and of thread pools don't keep the context in which they were started`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let (group, pool) = try inRequest("a7") {
                let pool = NIOThreadPool(numberOfThreads: 2)
                pool.start()
                return (MultiThreadedEventLoopGroup(numberOfThreads: 2), pool)
            }
            for loop in group.makeIterator() {
                #expect(try await loop.submit { request.get() }.get() == nil)
                #expect(throws: ContextError.noCurrentContext) {
                    try loop.submit { _ = try request.set("x") }.wait()
                }
            }
            for _ in 0..<8 { #expect(try await pool.runIfActive { request.get() } == nil) }
            let singleton = try inRequest("a7") { MultiThreadedEventLoopGroup.singleton.any() }
            #expect(try await singleton.submit { request.get() }.get() == nil)
            try await pool.shutdownGracefully()
            try await group.shutdownGracefully()
        }
    }

    @Test func `What a callback of an event loop hands to Dispatch goes on with the callback's context`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let loop = MultiThreadedEventLoopGroup.singleton.any()
            let seen = try await valueSeen { note in
                let snapshot = ContextSnapshot.current
                loop.execute { snapshot.run { DispatchQueue.global().async(execute: note) } }
            }
            #expect(seen == "a7")
        }
    }
}
