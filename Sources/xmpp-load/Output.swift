/// What the program says, and the files it writes. Knows descriptors; FoundationEssentials alone, because all of Foundation
/// brings its own copy of a library that libxml2's headers name as well.
internal import FoundationEssentials
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

    static func write(_ data: Data, toFile path: String) throws {
        do {
            try data.write(to: URL(filePath: path))
        } catch {
            throw InvalidText("\(path) cannot be written")
        }
    }
}
