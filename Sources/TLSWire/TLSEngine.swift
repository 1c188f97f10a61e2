/// One TLS connection, 1.2 or 1.3, in either role: cipher bytes in, plain bytes out, and the other way round. Knows no
/// socket, clock or thread. Between calls it holds no bytes but an unfinished record.
package import Bytes
internal import COpenSSL

package final class TLSEngine {
    package enum Phase: Sendable {
        case handshaking
        case established
        /// The peer has said that nothing follows (close_notify); we may still write.
        case peerFinished
        /// After a failure.
        case broken
    }

    package private(set) var phase = Phase.handshaking
    let ssl: OpaquePointer
    /// Holds what OpenSSL's callbacks point to.
    private let context: Context
    /// Why the peer's certificate was refused, set while it is looked at.
    var trouble: CertificateTrouble?

    // What is lent for the time of a call.
    private var input: UnsafePointer<UInt8>?
    private var inputLeft = 0
    private var output = ByteBuffer()
    private var pool: BufferPool?

    enum Context {
        case server(TLSServer)
        case client(TLSClient, WantedServer)
    }

    /// Plain bytes asked of OpenSSL at once: the most that a record holds (RFC 8446 section 5.1).
    private static let recordSize = 16_384
    /// Messages between the plain bytes of one call: a change of keys takes as long as a thousand bytes that are read, so
    /// a client that sends nothing else could hold up its whole thread. Servers send a few tickets at once, nobody more.
    private static let maxAsides = 32

    package convenience init(server: TLSServer) {
        self.init(server.newConnection(), .server(server), server.pipe)
        SSL_set_accept_state(ssl)
    }

    package convenience init(client: TLSClient, wanted: WantedServer) {
        self.init(client.newConnection(wanted), .client(client, wanted), client.pipe)
        SSL_set_connect_state(ssl)
    }

    private init(_ ssl: OpaquePointer, _ context: Context, _ pipe: CipherPipe) {
        self.ssl = ssl
        self.context = context
        edge_ssl_set_owner(ssl, Unmanaged.passUnretained(self).toOpaque())
        pipe.connect(ssl, to: self)
    }

    deinit {
        // OpenSSL would never resume the session of a connection that was cut, and browsers cut theirs.
        if isEstablished { SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
        SSL_free(ssl)
    }

    /// The engine that a callback of OpenSSL is about.
    static func owner(of ssl: OpaquePointer?) -> TLSEngine? {
        ssl.flatMap { edge_ssl_owner($0) }.map { Unmanaged<TLSEngine>.fromOpaque($0).takeUnretainedValue() }
    }

    var asClient: (client: TLSClient, wanted: WantedServer)? {
        if case .client(let client, let wanted) = context { (client, wanted) } else { nil }
    }

    // MARK: Work

    /// Lets a client say its first words. A server has none, and takes up the handshake (30 KB) when there is a byte of it.
    package func begin(output: inout ByteBuffer, pool: BufferPool) throws(TLSFailure) {
        guard case .client = context else { return }
        try run(&output, pool) { () throws(TLSFailure) in try handshake() }
    }

    /// Takes cipher bytes, all of them; appends the plain bytes that came of it, and what has to be answered.
    package func receive(
        _ cipher: Span<UInt8>, plain: inout ByteBuffer, output: inout ByteBuffer, pool: BufferPool
    ) throws(TLSFailure) {
        // The output is exchanged with ours for the call, and so `plain` must not be it.
        swap(&self.output, &output)
        self.pool = pool
        defer { swap(&self.output, &output) }
        try cipher.withUnsafeBufferPointer { bytes throws(TLSFailure) in
            input = bytes.baseAddress
            inputLeft = bytes.count
            defer {
                input = nil
                inputLeft = 0
            }
            if phase == .handshaking { try handshake() }
            try open(&plain, pool)
        }
    }

    private func open(_ plain: inout ByteBuffer, _ pool: BufferPool) throws(TLSFailure) {
        defer { if plain.isEmpty { plain.release(to: pool) } }
        var asides = 0
        // A whole record fits into what is offered, so nothing plain stays behind when no cipher bytes are left.
        while phase == .established && inputLeft > 0 {
            let count = plain.fill(atLeast: Self.recordSize, pool: pool) {
                Int(SSL_read(ssl, $0.baseAddress, Int32(clamping: $0.count)))
            }
            if count > 0 { continue }
            switch SSL_get_error(ssl, Int32(clamping: count)) {
            case SSL_ERROR_WANT_READ:
                asides += 1
                if asides > Self.maxAsides { throw flooded() }
            case SSL_ERROR_ZERO_RETURN: phase = .peerFinished
            default: throw fail()
            }
        }
    }

    private func handshake() throws(TLSFailure) {
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            phase = .established
            // What was tried in vain on the way to a good end is no failure of the next call.
            ERR_clear_error()
            return
        }
        guard SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ else { throw fail() }
    }

    /// Seals plain bytes; `isEstablished` has to hold.
    package func send(_ plain: Span<UInt8>, output: inout ByteBuffer, pool: BufferPool) throws(TLSFailure) {
        guard plain.count > 0 else { return }
        try run(&output, pool) { () throws(TLSFailure) in
            let written = plain.withUnsafeBufferPointer { bytes in
                SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
            }
            if written != plain.count { throw fail() }
        }
    }

    /// Says that nothing follows (close_notify).
    package func finish(output: inout ByteBuffer, pool: BufferPool) {
        guard phase == .established || phase == .peerFinished else { return }
        try? run(&output, pool) { () throws(TLSFailure) in
            if SSL_shutdown(ssl) < 0 { ERR_clear_error() }
        }
    }

    private func run(
        _ output: inout ByteBuffer, _ pool: BufferPool, _ body: () throws(TLSFailure) -> Void
    ) throws(TLSFailure) {
        swap(&self.output, &output)
        self.pool = pool
        defer { swap(&self.output, &output) }
        try body()
    }

    // MARK: What OpenSSL asks of the pipe

    func takeInput(_ target: UnsafeMutableRawPointer, _ size: Int) -> Int {
        guard let start = input, size > 0 else { return 0 }
        let count = min(size, inputLeft)
        target.copyMemory(from: start, byteCount: count)
        input = start + count
        inputLeft -= count
        return count
    }

    func putOutput(_ bytes: UnsafeRawBufferPointer) {
        guard let pool else { return }
        bytes.withMemoryRebound(to: UInt8.self) { output.append($0.span, pool: pool) }
    }

    // MARK: Failures

    private func flooded() -> TLSFailure {
        phase = .broken
        return .flood
    }

    private func fail() -> TLSFailure {
        phase = .broken
        let code = ERR_peek_error()
        // The queue belongs to the thread: what stays in it would be taken for the next connection's.
        ERR_clear_error()
        if let trouble { return .certificate(trouble) }
        let reason = edge_ssl_error_reason(code)
        guard edge_ssl_error_library(code) == ERR_LIB_SSL else { return .broken(reason: reason) }
        return TLSFailure(reason: reason)
    }

    // MARK: What was agreed on

    package var isEstablished: Bool { phase == .established || phase == .peerFinished }
    /// Such as `TLSv1.3`.
    package var version: String { String(cString: SSL_get_version(ssl)) }
    package var cipher: String {
        SSL_get_current_cipher(ssl).flatMap { SSL_CIPHER_get_name($0) }.map { String(cString: $0) } ?? ""
    }
    package var isResumed: Bool { SSL_session_reused(ssl) == 1 }
    /// The host that the client asked for.
    package var serverName: String? {
        SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
    }
    package var applicationProtocol: String? {
        var start: UnsafePointer<UInt8>?
        var size: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &start, &size)
        return start.map { String(decoding: UnsafeBufferPointer(start: $0, count: Int(size)), as: UTF8.self) }
    }
    /// SHA-256 of the peer's public key, as pins have it.
    package var peerKeyHash: [UInt8]? { edge_ssl_peer(ssl).map { Certificate.keyHash(of: $0) } }
}

extension TLSFailure {
    fileprivate init(reason: Int32) {
        switch reason {
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_WRONG_VERSION_NUMBER: self = .notTLS
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            self = .noCommonVersion
        case SSL_R_NO_SHARED_CIPHER: self = .noCommonCipher
        case SSL_R_NO_APPLICATION_PROTOCOL: self = .noCommonProtocol
        case 1_000..<1_256: self = .refused(alert: UInt8(truncatingIfNeeded: reason - 1_000))
        default: self = .broken(reason: reason)
        }
    }
}
