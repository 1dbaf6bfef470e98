// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsAutomatic
import Dispatch
import Foundation
import Testing

/// Handlers of sources and channels.
@Suite struct SourceTests {
    @Test func `A source's handlers have the context of the place that set them`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let (queue, seen) = (DispatchQueue(label: "queue"), Seen())
            let source = DispatchSource.makeUserDataAddSource(queue: queue)
            try inRequest("of registration") { source.setRegistrationHandler { seen.note() } }
            try inRequest("of events") { source.setEventHandler { seen.note() } }
            try inRequest("of cancellation") { source.setCancelHandler { seen.note() } }
            try inRequest("of somebody else") {
                source.activate()
                source.add(data: 1)
            }
            #expect(await seen.first(2) == ["of registration", "of events"])
            source.cancel()
            #expect(await seen.value == "of cancellation")
        }
    }

    @Test func `A handler can be taken away, and can be a work item`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = Seen()
            let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "queue"))
            try inRequest("taken away") {
                timer.setEventHandler { seen.note() }
                timer.setEventHandler(handler: nil)
            }
            try inRequest("a7") { timer.setEventHandler(handler: DispatchWorkItem { seen.note() }) }
            timer.schedule(deadline: .now())
            timer.activate()
            #expect(await seen.value == "a7")
        }
    }

    @Test func `A channel's handlers have the context of their call`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let (queue, seen, pipe) = (DispatchQueue(label: "queue"), Seen(), Pipe())
            let data = "hello".utf8.withContiguousStorageIfAvailable { DispatchData(bytes: UnsafeRawBufferPointer($0)) }
            let writer = try inRequest("of the cleanup") {
                DispatchIO(
                    type: .stream, fileDescriptor: pipe.fileHandleForWriting.fileDescriptor, queue: queue,
                    cleanupHandler: { error in
                        #expect(error == 0)
                        seen.note()
                    })
            }
            try inRequest("of the write") {
                writer.write(offset: 0, data: data!, queue: queue) { isDone, rest, error in
                    #expect(isDone && rest == nil && error == 0)
                    seen.note()
                }
            }
            #expect(await seen.value == "of the write")
            try inRequest("of the barrier") { writer.barrier { seen.note() } }
            #expect(await seen.value == "of the barrier")
            try inRequest("of the read") {
                DispatchIO.read(
                    fromFileDescriptor: pipe.fileHandleForReading.fileDescriptor, maxLength: 5, runningHandlerOn: queue
                ) { data, error in
                    #expect(data.count == 5 && error == 0)
                    seen.note()
                }
            }
            #expect(await seen.value == "of the read")
            writer.close()
            #expect(await seen.value == "of the cleanup")
        }
    }
}
