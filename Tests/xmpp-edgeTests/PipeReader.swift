/// Reads a pipe to its end on a thread of its own, so that nothing the test waits for can keep it from reading.
import Foundation
import Synchronization

final class PipeReader: Sendable {
    private let text = Mutex("")
    private let done = DispatchSemaphore(value: 0)

    init(_ pipe: Pipe) {
        let descriptor = dup(pipe.fileHandleForReading.fileDescriptor)
        Thread.detachNewThread {
            let data = try? FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).readToEnd()
            self.text.withLock { $0 = String(decoding: (data ?? nil) ?? Data(), as: UTF8.self) }
            self.done.signal()
        }
    }

    /// The lines, once nobody can write into the pipe any more.
    func lines() -> [Substring] {
        done.wait()
        return text.withLock { $0.split(separator: "\n") }
    }
}
