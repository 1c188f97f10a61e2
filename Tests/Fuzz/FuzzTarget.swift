/// A parser under fuzzing: takes any bytes and must neither trap nor break its word, which it says with `precondition`.
protocol FuzzTarget: SendableMetatype {
    static var name: String { get }
    static var seeds: [[UInt8]] { get }
    /// Words of the protocol, to get past its first checks.
    static var dictionary: [String] { get }
    static func run(_ bytes: [UInt8])
}

/// Every parser that can be fuzzed. A new one is a file beside this one and a line here.
let targets: [any FuzzTarget.Type] = [
    HTTPRequestsTarget.self,
    HTTPResponsesTarget.self,
    ForwardedTarget.self,
    ProxyHeaderTarget.self,
    DNSAnswerTarget.self,
    WebSocketFramesTarget.self,
    WebSocketHandshakeTarget.self,
    WebSocketDeflateTarget.self,
    XMPPCheckerTarget.self,
    XMPPScannerTarget.self,
    XMPPAgreementTarget.self,
    XMPPDraftTarget.self,
    BOSHBodyTarget.self,
    BOSHSessionTarget.self,
    GzipBodyTarget.self,
]
