/// Which path leads where. Knows the configured paths; answers nothing.
internal import Bytes

package struct RouteTable: Sendable {
    package enum Place: Equatable, Sendable {
        case webSocket
        case bosh
        /// Discovery, in XML unless JSON is asked for.
        case hostMeta
        case hostMetaJSON
        /// Everything else: a file, or nothing.
        case site
    }

    package enum AdminPlace: Equatable, Sendable {
        case health
        case readiness
        case metrics
        case none
    }

    private let webSocket: [[UInt8]]
    private let bosh: [[UInt8]]
    /// Without something to tell, the site may have such documents of its own.
    private let hasHostMeta: Bool

    package init(_ settings: Settings) {
        webSocket = settings.websocketPaths.map(Self.withoutSlash)
        hasHostMeta = settings.publicURL != nil
        bosh = settings.boshPaths.map(Self.withoutSlash)
    }

    private static func withoutSlash(_ path: String) -> [UInt8] {
        let bytes = Array(path.utf8)
        return bytes.count > 1 && bytes.last == UInt8(ascii: "/") ? bytes.dropLast() : bytes
    }

    /// Each configured path counts with and without a slash at its end, as clients write it both ways.
    package func place(of path: Span<UInt8>) -> Place {
        if webSocket.contains(where: { Self.matches(path, $0) }) { return .webSocket }
        if bosh.contains(where: { Self.matches(path, $0) }) { return .bosh }
        if hasHostMeta && ASCII.equal(path, "/.well-known/host-meta") { return .hostMeta }
        if hasHostMeta && ASCII.equal(path, "/.well-known/host-meta.json") { return .hostMetaJSON }
        return .site
    }

    private static func matches(_ path: Span<UInt8>, _ route: [UInt8]) -> Bool {
        let size = path.count
        guard size == route.count || size == route.count + 1 && path[size - 1] == UInt8(ascii: "/") else {
            return false
        }
        for index in route.indices where path[index] != route[index] { return false }
        return true
    }

    package static func adminPlace(of path: Span<UInt8>) -> AdminPlace {
        if ASCII.equal(path, "/healthz") { return .health }
        if ASCII.equal(path, "/metrics") { return .metrics }
        return ASCII.equal(path, "/readyz") ? .readiness : .none
    }
}
