/// The media type of a file by the ending of its name (RFC 9110 section 8.3). Never guesses from content, and tells
/// browsers not to either.
package enum ContentType: Sendable, CaseIterable {
    case html, javaScript, css, json, manifest, text, xml, svg, wasm
    case png, jpeg, gif, webp, avif, icon, woff2, woff, mp3, ogg, wav, webm
    case other

    package init(name: String) {
        let file = name.split(separator: "/").last ?? ""
        guard let dot = file.lastIndex(of: ".") else {
            self = .other
            return
        }
        self = Self.byEnding[file[file.index(after: dot)...].lowercased()] ?? .other
    }

    private static let byEnding: [String: ContentType] = [
        "html": .html, "htm": .html, "js": .javaScript, "mjs": .javaScript, "css": .css, "json": .json, "map": .json,
        "webmanifest": .manifest, "txt": .text, "md": .text, "xml": .xml, "svg": .svg, "wasm": .wasm, "png": .png,
        "jpg": .jpeg, "jpeg": .jpeg, "gif": .gif, "webp": .webp, "avif": .avif, "ico": .icon, "woff2": .woff2,
        "woff": .woff, "mp3": .mp3, "ogg": .ogg, "opus": .ogg, "wav": .wav, "webm": .webm,
    ]

    package var value: StaticString {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .javaScript: "text/javascript; charset=utf-8"
        case .css: "text/css; charset=utf-8"
        case .json: "application/json; charset=utf-8"
        case .manifest: "application/manifest+json; charset=utf-8"
        case .text: "text/plain; charset=utf-8"
        case .xml: "application/xml; charset=utf-8"
        case .svg: "image/svg+xml; charset=utf-8"
        case .wasm: "application/wasm"
        case .png: "image/png"
        case .jpeg: "image/jpeg"
        case .gif: "image/gif"
        case .webp: "image/webp"
        case .avif: "image/avif"
        case .icon: "image/x-icon"
        case .woff2: "font/woff2"
        case .woff: "font/woff"
        case .mp3: "audio/mpeg"
        case .ogg: "audio/ogg"
        case .wav: "audio/wav"
        case .webm: "video/webm"
        case .other: "application/octet-stream"
        }
    }

    /// Whether the browser can show it as a page of its own, with scripts in it.
    var isDocument: Bool { self == .html || self == .svg || self == .xml }

    /// Whether compressing is worth a try: the other types are compressed already.
    var isCompressible: Bool {
        switch self {
        case .html, .javaScript, .css, .json, .manifest, .text, .xml, .svg, .wasm, .wav, .icon: true
        default: false
        }
    }
}
