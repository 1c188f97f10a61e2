/// A thread that owns what runs on it: the body is sent there, so that nobody else can touch its loop.
internal import CLinux
internal import Glibc

package struct LoopThread: ~Copyable, Sendable {
    private let thread: pthread_t

    /// Processors this process may run on.
    package static var coreCount: Int {
        max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    private final class Start {
        let name: String
        let body: () -> Void
        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts the thread.
    /// - Parameter name: shown by ps and debuggers, at most 15 bytes.
    package init(name: String, body: sending @escaping () -> Void) throws(SystemFailure) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { raw in
                let start = Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue()
                clinux_name_thread(String(start.name.prefix(15)))
                start.body()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw SystemFailure(call: "pthread_create", code: result)
        }
        self.thread = thread
    }

    /// Waits until the body has returned.
    package consuming func join() {
        pthread_join(thread, nil)
    }

    /// Lets it end by itself: for a thread that may be held up elsewhere.
    package consuming func detach() {
        pthread_detach(thread)
    }
}
