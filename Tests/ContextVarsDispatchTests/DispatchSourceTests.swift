// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDispatch
@preconcurrency import Dispatch
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Handlers of sources and of I/O channels.
@Suite(.timeLimit(.minutes(15))) struct DispatchSourceTests {
    let variable = ContextVar("variable", default: 0)
    let queue = DispatchQueue(label: "queue")

    @Test func `A plain handler loses the context`() async {
        let source = DispatchSource.makeUserDataAddSource(queue: queue)
        let seen = await withCheckedContinuation { seen in
            variable.withValue(1) {
                source.setEventHandler {
                    source.cancel()
                    seen.resume(returning: variable.get())
                }
                source.activate()
                source.add(data: 1)
            }
        }
        #expect(seen == 0)
    }

    @Test func `Each firing of a timer has a copy of its own`() async {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        let (seen, report) = AsyncStream.makeStream(of: Int.self)
        variable.withValue(1) {
            timer.setEventHandler(context: .current) {
                report.yield(variable.get())
                #expect(throws: Never.self) { try variable.set(2) }
            }
        }
        timer.schedule(deadline: .now(), repeating: .milliseconds(1))
        timer.activate()
        #expect(await seen.prefix(5).reduce(into: []) { $0.append($1) } == [1, 1, 1, 1, 1])
        timer.cancel()
    }

    @Test func `Each handler of a source has the values of where it was set`() async {
        let source = DispatchSource.makeUserDataAddSource(queue: queue)
        let (seen, report) = AsyncStream.makeStream(of: Int.self)
        variable.withValue(1) {
            source.setRegistrationHandler(context: .current) {
                report.yield(variable.get())
                source.add(data: 1)
            }
        }
        variable.withValue(2) {
            source.setEventHandler(qos: .utility, flags: .enforceQoS, context: .current) {
                report.yield(variable.get())
                source.cancel()
            }
        }
        variable.withValue(3) {
            source.setCancelHandler(context: .current) {
                report.yield(variable.get())
                report.finish()
            }
        }
        source.activate()
        #expect(await seen.reduce(into: []) { $0.append($1) } == [1, 2, 3])
    }

    @Test func `A source that reads from a pipe has the values of its handler`() async throws {
        let pipe = try Pipe()
        let source = DispatchSource.makeReadSource(fileDescriptor: pipe.reader, queue: queue)
        let seen = await withCheckedContinuation { seen in
            variable.withValue(1) {
                source.setEventHandler(context: .current) {
                    source.cancel()
                    seen.resume(returning: variable.get())
                }
            }
            source.setCancelHandler(context: .current) { pipe.close() }
            source.activate()
            pipe.write("a")
        }
        #expect(seen == 1)
    }

    @Test func `A wrapped handler of an I/O channel has the snapshot's values each time`() async throws {
        let pipe = try Pipe()
        let channel = DispatchIO(type: .stream, fileDescriptor: pipe.reader, queue: queue) { _ in pipe.close() }
        channel.setLimit(lowWater: 1)
        let (seen, report) = AsyncStream.makeStream(of: (value: Int, count: Int).self)
        variable.withValue(1) {
            channel.read(
                offset: 0, length: 2, queue: queue,
                ioHandler: ContextSnapshot.current.wrap { (done: Bool, data: DispatchData?, error: Int32) in
                    report.yield((variable.get(), data?.count ?? 0))
                    _ = try? variable.set(2)
                    if done { report.finish() }
                })
        }
        pipe.write("a")
        var count = 0
        for await part in seen {
            #expect(part.value == 1)
            count += part.count
            if count == 1 { pipe.write("b") }
        }
        #expect(count == 2)
        channel.close()
    }

    /// A pipe of the operating system.
    private struct Pipe: Sendable {
        let reader: Int32
        private let writer: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            (reader, writer) = (ends[0], ends[1])
        }

        func write(_ character: Character) {
            let bytes = Array(character.utf8)
            #expect(unistdWrite(writer, bytes, bytes.count) == bytes.count)
        }

        func close() {
            for end in [reader, writer] { #expect(unistdClose(end) == 0) }
        }
    }
}

// Under other names: in `Pipe` they would be its own methods.
private let unistdWrite: @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = { write($0, $1, $2) }
private let unistdClose: @Sendable (Int32) -> Int32 = { close($0) }
