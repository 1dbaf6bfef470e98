// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsAutomatic
import Foundation
import FoundationNetworking
import Testing

/// Tasks of URLSession, which share connections, sockets and timers with tasks of other places.
@Suite struct URLSessionTests {
    @Test func `Each completion handler has the context of the place that resumed its task`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let (server, answers) = (try HTTPServer(), AsyncStream.makeStream(of: (Int, String?, String?).self))
            for number in 0..<200 {
                try inRequest("r-\(number)") {
                    let task = URLSession.shared.dataTask(with: server.url("/\(number)")) { data, _, _ in
                        let body = data.map { String(decoding: $0, as: UTF8.self) }
                        answers.continuation.yield((number, body, request.get()))
                    }
                    task.resume()
                }
            }
            var iterator = answers.stream.makeAsyncIterator()
            for _ in 0..<200 {
                let (number, body, seen) = try #require(await iterator.next())
                #expect(body == "/\(number)" && seen == "r-\(number)")
            }
        }
    }

    @Test func `Tasks that share a connection one after another keep to their own contexts`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let server = try HTTPServer()
            for number in 0..<20 {
                let seen = try await valueSeen(
                    by: { note in
                        URLSession.shared.dataTask(with: server.url("/\(number)")) { _, _, _ in note() }.resume()
                    }, in: "r-\(number)")
                #expect(seen == "r-\(number)")
            }
            // A task that was resumed in no context has none, though the machinery was set up in one.
            let seen = Seen()
            URLSession.shared.dataTask(with: server.url("/")) { _, _, _ in seen.note() }.resume()
            #expect(await seen.value == nil)
        }
    }

    private static var body: Data { Data(repeating: 7, count: 300_000) }

    private static func post(to server: HTTPServer) -> URLRequest {
        var request = URLRequest(url: server.url("/"))
        request.httpMethod = "POST"
        return request
    }

    @Test func `An upload's handler`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let server = try HTTPServer()
            let seen = try await valueSeen { note in
                let post = Self.post(to: server)
                URLSession.shared.uploadTask(with: post, from: Self.body) { data, _, _ in
                    #expect(data == Self.body)
                    note()
                }.resume()
            }
            #expect(seen == "a7")
        }
    }

    @Test func `A handler of a request whose body comes from a stream`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let server = try HTTPServer()
            let seen = try await valueSeen { note in
                var post = Self.post(to: server)
                post.httpBodyStream = InputStream(data: Self.body)
                URLSession.shared.dataTask(with: post) { data, _, _ in
                    #expect(data == Self.body)
                    note()
                }.resume()
            }
            #expect(seen == "a7")
        }
    }

    @Test func `A download's handler`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let server = try HTTPServer()
            let seen = try await valueSeen { note in
                URLSession.shared.downloadTask(with: server.url("/file")) { file, _, _ in
                    #expect(file.flatMap { try? Data(contentsOf: $0) } == Data("/file".utf8))
                    note()
                }.resume()
            }
            #expect(seen == "a7")
        }
    }

    @Test func `A handler of a request that was redirected`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let server = try HTTPServer()
            let seen = try await valueSeen { note in
                URLSession.shared.dataTask(with: server.url("/redirect")) { data, _, _ in
                    #expect(data.map { String(decoding: $0, as: UTF8.self) }?.hasSuffix("/redirected") == true)
                    note()
                }.resume()
            }
            #expect(seen == "a7")
        }
    }

    @Test func `A handler of a request that nobody answers`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = try await valueSeen { note in
                URLSession.shared.dataTask(with: URL(string: "http://127.0.0.1:1/")!) { _, _, error in
                    #expect(error != nil)
                    note()
                }.resume()
            }
            #expect(seen == "a7")
        }
    }

    @Test func `A delegate's methods have the context of the place that resumed the task`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let (server, delegate) = (try HTTPServer(), Delegate())
            let session = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
            for number in 0..<50 {
                try inRequest("/data-\(number)") { session.dataTask(with: server.url("/data-\(number)")).resume() }
                try inRequest("/file-\(number)") { session.downloadTask(with: server.url("/file-\(number)")).resume() }
            }
            var (ended, names) = (0, Set<String>())
            for await event in delegate.events.stream {
                #expect(event.seen == event.path, "\(event.name)")
                names.insert(event.name)
                if event.name == "didComplete" { ended += 1 }
                if ended == 100 { break }
            }
            #expect(
                names == [
                    "didReceive response", "didReceive data", "didWriteData", "didFinishDownloading", "didComplete",
                ])
        }
    }

    @Test func `An asynchronous call is its task's, as ever`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let server = try HTTPServer()
            try await Context().run {
                try request.set("a7")
                _ = try await URLSession.shared.data(from: server.url("/"))
                #expect(request.get() == "a7")
            }
        }
    }
}

/// Tells what each method of a delegate reads.
private final class Delegate: NSObject, URLSessionDataDelegate, URLSessionDownloadDelegate, Sendable {
    struct Event: Sendable {
        let name: String
        let path: String?
        let seen: String?
    }

    let events = AsyncStream.makeStream(of: Event.self)

    private func note(_ name: String, _ task: URLSessionTask) {
        events.continuation.yield(Event(name: name, path: task.originalRequest?.url?.path, seen: request.get()))
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        note("didReceive response", dataTask)
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        note("didReceive data", dataTask)
    }

    func urlSession(
        _ session: URLSession, downloadTask: URLSessionDownloadTask, didWriteData bytesWritten: Int64,
        totalBytesWritten: Int64, totalBytesExpectedToWrite: Int64
    ) {
        note("didWriteData", downloadTask)
    }

    func urlSession(
        _ session: URLSession, downloadTask: URLSessionDownloadTask, didFinishDownloadingTo location: URL
    ) {
        note("didFinishDownloading", downloadTask)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        note("didComplete", task)
    }
}
