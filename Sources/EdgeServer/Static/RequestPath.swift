/// Turns the path of a request into the name of a file below the root. Knows escapes (RFC 3986 section 2.1) and which
/// names are refused; knows no files: a name that passes may still not exist.
internal import Bytes

package enum RequestPath {
    package enum Result: Equatable {
        /// Without the slash in front; ends with a slash, or is empty, for a folder.
        case name([UInt8])
        /// A broken escape or a control character.
        case malformed
        /// A name that no file of the page can have.
        case none
    }

    /// Decodes once, then looks at the segments: an escaped slash separates, as it would for whoever decodes it later.
    package static func resolve(_ path: Span<UInt8>) -> Result {
        guard path.count > 0, path[0] == UInt8(ascii: "/") else { return .none }
        var name: [UInt8] = []
        name.reserveCapacity(path.count)
        var index = 1
        while index < path.count {
            var byte = path[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < path.count, let high = Hex.value(of: path[index + 1]),
                    let low = Hex.value(of: path[index + 2])
                else { return .malformed }
                byte = high << 4 | low
                index += 2
            }
            guard byte >= 0x20, byte != 0x7F else { return .malformed }
            name.append(byte)
            index += 1
        }
        return isAllowed(name) ? .name(name) : .none
    }

    /// No empty segment, and none that starts with a dot: neither `.` nor `..` nor a hidden file. Browsers resolve dots
    /// before they send, so nobody honest needs them.
    private static func isAllowed(_ name: [UInt8]) -> Bool {
        var isAtStart = true
        for byte in name {
            if isAtStart && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")) { return false }
            isAtStart = byte == UInt8(ascii: "/")
        }
        return true
    }
}
