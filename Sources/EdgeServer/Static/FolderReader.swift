/// Reads a folder of files from disk: plain files only, nothing hidden, nothing outside of the root. Knows the file
/// system; does not know what the files are for.
internal import Glibc

package struct FolderReader {
    struct File {
        /// Below the root, without a slash in front.
        let name: String
        let path: String
        let size: Int
        /// Seconds since 1970.
        let modified: Int
        let modifiedNanoseconds: Int
        let inode: UInt
    }

    package enum Failure: Error, Equatable, CustomStringConvertible {
        case cannotRead(path: String, reason: String)
        case tooLarge(path: String, limit: Int)
        case tooMany(limit: Int)

        package var description: String {
            switch self {
            case .cannotRead(let path, let reason): "\(path) cannot be read: \(reason)"
            case .tooLarge(let path, let limit): "\(path) brings the page over \(limit) bytes"
            case .tooMany(let limit): "more than \(limit) files: this is not the folder of a page"
            }
        }
    }

    /// The page lives in memory, and a wrong folder (`/`) must not fill it. The chat page has some 150 files, 1 MB.
    static let maxFiles = 5_000
    static let maxBytes = 64 << 20
    /// Folders inside each other.
    private static let maxDepth = 12

    /// The real path of the folder: what a symbolic link must stay below.
    private let root: String
    private var files: [File] = []
    private var bytes = 0

    /// All files below `folder`, in the order of their names.
    static func list(_ folder: String) throws(Failure) -> [File] {
        guard let real = realPath(folder) else { throw failure(folder) }
        var reader = FolderReader(root: real)
        try reader.walk(real, name: "", depth: 0)
        return reader.files.sorted { $0.name < $1.name }
    }

    private init(root: String) {
        self.root = root
    }

    private mutating func walk(_ path: String, name prefix: String, depth: Int) throws(Failure) {
        guard depth < Self.maxDepth else { return }
        guard let folder = opendir(path) else { throw Self.failure(path) }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // Hidden files are the business of editors and version control.
            if name.hasPrefix(".") { continue }
            try take(path + "/" + name, name: prefix + name, depth: depth)
        }
    }

    private mutating func take(_ path: String, name: String, depth: Int) throws(Failure) {
        var info = stat()
        // What vanishes while we look is as good as never seen.
        guard lstat(path, &info) == 0 else { return }
        if Self.kind(info) == S_IFLNK {
            // A link to a folder is not followed: it could lead in a circle.
            guard let target = Self.realPath(path), target.hasPrefix(root + "/"), stat(path, &info) == 0,
                Self.kind(info) == S_IFREG
            else { return }
        }
        switch Self.kind(info) {
        case S_IFDIR: try walk(path, name: name + "/", depth: depth + 1)
        case S_IFREG: try add(path, name, info)
        default: break
        }
    }

    private mutating func add(_ path: String, _ name: String, _ info: stat) throws(Failure) {
        let size = Int(info.st_size)
        guard size <= Self.maxBytes - bytes else { throw .tooLarge(path: path, limit: Self.maxBytes) }
        guard files.count < Self.maxFiles else { throw .tooMany(limit: Self.maxFiles) }
        bytes += size
        files.append(
            File(
                name: name, path: path, size: size, modified: info.st_mtim.tv_sec,
                modifiedNanoseconds: info.st_mtim.tv_nsec, inode: UInt(info.st_ino)))
    }

    private static func kind(_ info: stat) -> mode_t { info.st_mode & S_IFMT }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func failure(_ path: String) -> Failure {
        .cannotRead(path: path, reason: String(cString: strerror(errno)))
    }

    // MARK: Content

    /// The bytes of a listed file; at most as many as it had then.
    static func read(_ file: File) throws(Failure) -> [UInt8] {
        // Not blocking, in case a pipe has taken the file's place.
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(file.path) }
        defer { close(descriptor) }
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: file.size) { buffer, count in
            while count < buffer.count {
                let got = Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard code == 0 else { throw .cannotRead(path: file.path, reason: String(cString: strerror(code))) }
        return bytes
    }
}
