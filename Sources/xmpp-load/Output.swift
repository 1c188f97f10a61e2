/// What the program says, and the files it writes. Knows descriptors.
internal import Glibc
internal import LoadTest

enum Output {
    /// To the one who called the program.
    static func say(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// Beside the output: progress and what went wrong.
    static func remark(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // Nobody reads any more: there is nobody to tell.
            guard written > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(written, 0))
        }
    }

}

/// A file of results. It is opened before a run, so that an hour of load is not lost to a folder that is not there, and keeps what
/// it had until there is something to write.
final class OutputFile {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func write(_ bytes: [UInt8]) throws {
        // What is no plain file, such as /dev/stdout, has no length to change.
        ftruncate(descriptor, 0)
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 || errno == EINTR else { throw Self.failure(path) }
            rest = rest.dropFirst(max(written, 0))
        }
    }

    private static func failure(_ path: String) -> InvalidText {
        InvalidText("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
