#if Hummingbird
import Synchronization

/// Keeps what callbacks are called with.
final class Recorder<Element: Sendable>: Sendable {
    private let storage = Mutex<[Element]>([])

    var elements: [Element] { storage.withLock { $0 } }

    func record(_ element: Element) {
        storage.withLock { $0.append(element) }
    }
}
#endif
