/// Keeps the input that is being tried in a file: a trap leaves no time to write it down.
import Foundation

struct Journal {
    private let path: String
    private let handle: FileHandle

    init(path: String) throws {
        self.path = path
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forUpdatingAtPath: path)
        else { throw CocoaError(.fileWriteUnknown) }
        self.handle = handle
    }

    func write(_ input: [UInt8]) {
        _ = input.withUnsafeBytes { pwrite(handle.fileDescriptor, $0.baseAddress, $0.count, 0) }
        _ = ftruncate(handle.fileDescriptor, off_t(input.count))
    }

    func remove() {
        _ = unlink(path)
    }
}
