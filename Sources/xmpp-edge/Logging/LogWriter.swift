/// Writes log lines to a descriptor without ever making a session wait: lines are gathered in a bounded buffer that a
/// thread of its own empties. When whoever reads the log stands still, lines are dropped and counted.
internal import Dispatch
internal import Foundation
internal import Glibc
internal import Synchronization

package final class LogWriter: Sendable {
    private let line: Line

    /// - Parameter limit: bytes that may wait. 1 MiB: some thousand lines, a burst of sessions.
    package init(descriptor: Int32, limit: Int = 1 << 20) {
        let line = Line(descriptor: descriptor, limit: limit)
        self.line = line
        // A thread and not a queue: a queue keeps the block of each line for later use, a thousand of them strewn among the
        // memory of sessions that are long gone.
        //
        // Signals are for the main one, which blocks them when this one is there already. A thread is born with the mask of
        // who starts it: one that blocked them itself could be hit before its first step.
        var all = sigset_t()
        var old = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &old)
        Thread.detachNewThread { line.run() }
        pthread_sigmask(SIG_SETMASK, &old, nil)
    }

    deinit {
        line.end()
    }

    /// Appends one line with its line feed.
    package func append(_ text: (inout String) -> Void) {
        line.append(text)
    }

    /// Waits until everything is written, but not longer than so many milliseconds: a reader that stands still does not
    /// hold up the end of the process.
    package func flush(within milliseconds: Int) {
        let done = DispatchSemaphore(value: 0)
        line.tellWhenWritten(done)
        _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
    }
}

/// What waits to be written: between those who log and the thread that writes.
private final class Line: Sendable {
    private let descriptor: Int32
    private let limit: Int
    private let waiting = Mutex(Waiting())
    private let somethingHasCome = DispatchSemaphore(value: 0)

    private struct Waiting {
        var lines = ""
        var dropped = 0
        var toTell: [DispatchSemaphore] = []
        var hasEnded = false
    }

    init(descriptor: Int32, limit: Int) {
        self.descriptor = descriptor
        self.limit = limit
    }

    func append(_ text: (inout String) -> Void) {
        let isFirst = waiting.withLock { waiting in
            guard waiting.lines.utf8.count < limit else {
                waiting.dropped += 1
                return false
            }
            let isFirst = waiting.lines.isEmpty
            text(&waiting.lines)
            return isFirst
        }
        if isFirst { somethingHasCome.signal() }
    }

    func tellWhenWritten(_ done: DispatchSemaphore) {
        waiting.withLock { $0.toTell.append(done) }
        somethingHasCome.signal()
    }

    func end() {
        waiting.withLock { $0.hasEnded = true }
        somethingHasCome.signal()
    }

    /// The thread.
    func run() {
        while true {
            somethingHasCome.wait()
            let now = waiting.withLock { waiting in
                defer { waiting = Waiting(hasEnded: waiting.hasEnded) }
                return waiting
            }
            if now.dropped > 0 { write("log: \(now.dropped) lines dropped, they came faster than they were read\n") }
            write(now.lines)
            for done in now.toTell { done.signal() }
            if now.hasEnded { return }
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
