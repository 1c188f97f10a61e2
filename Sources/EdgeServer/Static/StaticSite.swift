/// The files of the page as they were at one moment, in memory. Knows names and content; does not know requests. It is
/// replaced as a whole, so that no answer mixes two states of the folder.
internal import Bytes
internal import Crypto
internal import Reactor

package struct StaticSite: Sendable {
    private let assets: [[UInt8]: Asset]
    package let headers: SecurityHeaders

    /// What stands at a path.
    package enum Found {
        case asset(Asset)
        /// The name is a folder's and lacks the slash that relative links of its page need. Where it is with the slash,
        /// relative to the path asked for.
        case folder(location: [UInt8])
        case malformed
        case none
    }

    package init(files: [(name: String, bytes: [UInt8], modified: Int)], headers: SecurityHeaders = SecurityHeaders()) {
        var assets: [[UInt8]: Asset] = [:]
        for file in files {
            assets[Array(file.name.utf8)] = Asset(name: file.name, bytes: file.bytes, lastModified: file.modified)
        }
        self.assets = assets
        self.headers = headers
    }

    /// Reads the folder and puts the edge's own facts into its `config.json`. Blocks: for start and reload only.
    package static func load(_ folder: String, _ settings: Settings) throws -> StaticSite {
        var files: [(name: String, bytes: [UInt8], modified: Int)] = []
        var configFile: FolderReader.File?
        for file in try FolderReader.list(folder) {
            if file.name == configName {
                configFile = file
            } else {
                files.append((file.name, try FolderReader.read(file), file.modified))
            }
        }
        let base = try configFile.map(FolderReader.read)
        var document = ConfigDocument(settings)
        document.version = try version(files, document.merged(over: base))
        let config = try document.merged(over: base)
        // The settings in it have no date; that of this reading is never too old.
        files.append((configName, config, Instant.wallSeconds()))
        return StaticSite(
            files: files,
            headers: SecurityHeaders(
                connectOrigins: settings.connectOrigins, frameAncestors: settings.allowedOrigins.origins))
    }

    /// Changes with any file: a page that was loaded before learns from it that it is out of date.
    private static func version(_ files: [(name: String, bytes: [UInt8], modified: Int)], _ config: [UInt8]) -> String {
        let digests = files.flatMap { Array($0.name.utf8) + HashFunction.sha256.digest($0.bytes) }
        return String(
            decoding: Hex.encode(Array(HashFunction.sha256.digest(digests + config).prefix(8))), as: UTF8.self)
    }

    private static let configName = "config.json"
    private static let indexName = Array("index.html".utf8)

    /// Changes whenever a file is added, removed or written. Looks at names, sizes and times only, so that it is cheap
    /// enough for once a second. 0 when the folder cannot be read.
    package static func signature(_ folder: String) -> UInt64 {
        guard let files = try? FolderReader.list(folder) else { return 0 }
        var text: [UInt8] = []
        for file in files {
            text += file.name.utf8
            for number in [
                UInt64(file.inode), UInt64(file.size), UInt64(bitPattern: Int64(file.modified)),
                UInt64(file.modifiedNanoseconds),
            ] {
                withUnsafeBytes(of: number) { text.append(contentsOf: $0) }
            }
        }
        return HashFunction.sha256.digest(text).prefix(8).reduce(1) { $0 << 8 | UInt64($1) }
    }

    package func find(_ path: Span<UInt8>) -> Found {
        switch RequestPath.resolve(path) {
        case .malformed: return .malformed
        case .none: return .none
        case .name(let name):
            if name.isEmpty || name.last == UInt8(ascii: "/") {
                return assets[name + Self.indexName].map(Found.asset) ?? .none
            }
            if let asset = assets[name] { return .asset(asset) }
            let isFolder = assets[name + [UInt8(ascii: "/")] + Self.indexName] != nil
            return isFolder ? .folder(location: Self.location(of: name)) : .none
        }
    }

    /// `./name/`, with everything escaped that is no letter or digit.
    private static func location(of name: [UInt8]) -> [UInt8] {
        let last = name.split(separator: UInt8(ascii: "/")).last ?? []
        let escaped = last.flatMap { byte -> [UInt8] in
            let isPlain = byte < 0x80 && Character(UnicodeScalar(byte)).isLetter || (0x30...0x39).contains(byte)
            return isPlain ? [byte] : [UInt8(ascii: "%")] + Hex.encode([byte])
        }
        return Array("./".utf8) + escaped + [UInt8(ascii: "/")]
    }
}
