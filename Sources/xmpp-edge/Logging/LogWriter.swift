/// Writes log lines to a descriptor without ever making a session wait: lines are gathered in a bounded buffer that a
/// thread of its own empties. When whoever reads the log stands still, lines are dropped and counted.
internal import Dispatch
internal import Glibc
internal import Synchronization

package final class LogWriter: Sendable {
    private let descriptor: Int32
    private let limit: Int
    private let waiting = Mutex(Waiting())
    private let queue = DispatchQueue(label: "log")

    private struct Waiting {
        var lines = ""
        var dropped = 0
    }

    /// - Parameter limit: bytes that may wait. 1 MiB: some thousand lines, a burst of sessions.
    package init(descriptor: Int32, limit: Int = 1 << 20) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// Appends one line with its line feed.
    package func append(_ line: (inout String) -> Void) {
        let isFirst = waiting.withLock { waiting in
            guard waiting.lines.utf8.count < limit else {
                waiting.dropped += 1
                return false
            }
            let isFirst = waiting.lines.isEmpty
            line(&waiting.lines)
            return isFirst
        }
        if isFirst { queue.async { self.writeAll() } }
    }

    /// Waits until everything is written, but not longer than so many milliseconds: a reader that stands still does not
    /// hold up the end of the process.
    package func flush(within milliseconds: Int) {
        let done = DispatchSemaphore(value: 0)
        queue.async {
            self.writeAll()
            done.signal()
        }
        _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
    }

    private func writeAll() {
        while true {
            let (lines, dropped) = waiting.withLock { waiting in
                defer { waiting = Waiting() }
                return (waiting.lines, waiting.dropped)
            }
            if dropped > 0 { write("log: \(dropped) lines dropped, they came faster than they were read\n") }
            if lines.isEmpty { return }
            write(lines)
        }
    }

    private func write(_ lines: String) {
        var lines = lines
        lines.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count < 0 && errno == EINTR { continue }
                // Nobody is left to be told.
                guard count > 0 else { return }
                written += count
            }
        }
    }
}
