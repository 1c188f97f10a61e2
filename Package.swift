// swift-tools-version: 6.2
import PackageDescription

// The rooms, bottom to top. A target may import only what stands in its dependency list; `make lint` checks the import
// lines against it. Exactly one Swift target imports each C library (two OpenSSL: Crypto and TLSWire), and C types do not
// leave it.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // Run-time exclusivity checks cost 5,200 of 16,600 instructions of a message there and back. Debug builds keep them, and every
    // suite, the sanitizers and the fuzzers run in debug.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// A room of the product under Sources/.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one room, in Tests/<name>Tests.
func tests(of name: String, _ more: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.target(name: name), "WireTesting"] + more, swiftSettings: strict)
}

let package = Package(
    name: "xmpp-edge",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // System headers and libraries.
        .target(name: "CLinux"),
        .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Pure rooms: values that eat bytes and give events. No socket, clock, thread or log.
        room("Bytes"),
        room("Crypto", ["Bytes", "COpenSSL"]),
        room("Deflate", ["Bytes", "CZlib"]),
        room("HTTPWire", ["Bytes"]),
        room("ProxyWire", ["Bytes"]),
        room("WebSocketWire", ["Bytes", "Crypto", "Deflate"]),
        room("XMPPWire", ["Bytes", "CXML2"]),
        room("BOSHWire", ["Bytes", "Crypto", "XMPPWire"]),
        room("TLSWire", ["Bytes", "COpenSSL"]),
        room("DNSWire", ["Bytes"]),

        // The loop: sockets, timers, threads. Knows no protocol.
        room("Reactor", ["Bytes", "CLinux"]),

        // TLS on the loop's sockets, for whoever joins the two.
        room("TLSStream", ["Bytes", "Reactor", "TLSWire", "XMPPWire"]),

        // The join.
        room(
            "EdgeServer",
            [
                "Bytes", "Crypto", "Deflate", "HTTPWire", "ProxyWire", "WebSocketWire", "XMPPWire", "BOSHWire",
                "TLSWire", "TLSStream", "DNSWire", "Reactor",
            ]),

        // The load tester: clients over the same wires. Never knows the server's rooms.
        room(
            "LoadTest",
            [
                "Bytes", "Crypto", "HTTPWire", "WebSocketWire", "XMPPWire", "BOSHWire", "TLSWire",
                "TLSStream", "Reactor",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]),
        .executableTarget(
            name: "xmpp-load",
            dependencies: ["LoadTest", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),

        // The program: flags, configuration, log lines, exit codes.
        .executableTarget(
            name: "xmpp-edge",
            dependencies: [
                "EdgeServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // Tests.
        .target(name: "WireTesting", path: "Tests/WireTesting", swiftSettings: strict),
        .target(
            name: "XMLReference", dependencies: ["Bytes", "CXML2", "XMPPWire"], path: "Tests/XMLReference",
            swiftSettings: strict),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "BOSHWire", "Bytes", "Deflate", "DNSWire", "HTTPWire", "ProxyWire", "WebSocketWire", "XMPPWire",
                "WireTesting",
                "XMLReference",
            ],
            path: "Tests/Fuzz", swiftSettings: strict),
        .executableTarget(
            name: "EchoServer", dependencies: ["Bytes", "HTTPWire", "Reactor", "WebSocketWire"],
            path: "Tests/EchoServer",
            swiftSettings: strict),
        tests(of: "Bytes"),
        tests(of: "Crypto", ["Bytes"]),
        tests(of: "Deflate", ["Bytes"]),
        tests(of: "HTTPWire", ["Bytes"]),
        tests(of: "ProxyWire", ["Bytes"]),
        tests(of: "WebSocketWire", ["Bytes", "Deflate"]),
        tests(of: "XMPPWire", ["Bytes", "XMLReference"]),
        tests(of: "BOSHWire", ["Bytes", "Crypto", "XMPPWire"]),
        tests(of: "TLSWire", ["Bytes"]),
        tests(of: "DNSWire", ["Bytes"]),
        tests(of: "Reactor", ["Bytes"]),
        tests(of: "TLSStream", ["Reactor"]),
        tests(
            of: "EdgeServer",
            ["Bytes", "DNSWire", "HTTPWire", "WebSocketWire", "XMPPWire", "BOSHWire", "TLSWire", "Reactor"]),
        tests(of: "LoadTest", ["Bytes", "Crypto", "Reactor"]),
        tests(of: "xmpp-edge", ["EdgeServer", "Reactor", .product(name: "Logging", package: "swift-log")]),
    ]
)
