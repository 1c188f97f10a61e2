/// Stands for the socket that OpenSSL wants to read and write: cipher bytes are lent for one call and collected in a
/// buffer. Knows bytes only.
internal import Bytes
internal import COpenSSL

/// The method table is made once per context; all are of one kind, of which OpenSSL has few to give.
final class CipherPipe {
    let method: OpaquePointer

    private static let kind = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK

    init() {
        guard let method = BIO_meth_new(Self.kind, "lent bytes") else {
            preconditionFailure("out of memory")
        }
        self.method = method
        BIO_meth_set_read(method) { pipe, target, size in
            guard let pipe, let target, let engine = CipherPipe.engine(of: pipe) else { return -1 }
            let count = engine.takeInput(target, Int(size))
            guard count == 0 else { return Int32(count) }
            BIO_set_flags(pipe, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            return -1
        }
        BIO_meth_set_write(method) { pipe, source, size in
            guard let pipe, let source, let engine = CipherPipe.engine(of: pipe), size >= 0 else { return -1 }
            engine.putOutput(UnsafeRawBufferPointer(start: source, count: Int(size)))
            return size
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    }

    deinit { BIO_meth_free(method) }

    /// Lets `ssl`, which belongs to `engine`, read and write through it.
    func connect(_ ssl: OpaquePointer, to engine: TLSEngine) {
        guard let pipe = BIO_new(method) else { preconditionFailure("out of memory") }
        BIO_set_data(pipe, Unmanaged.passUnretained(engine).toOpaque())
        BIO_set_init(pipe, 1)
        // One object for both directions takes one reference for each.
        BIO_up_ref(pipe)
        SSL_set0_rbio(ssl, pipe)
        SSL_set0_wbio(ssl, pipe)
    }

    private static func engine(of pipe: OpaquePointer) -> TLSEngine? {
        BIO_get_data(pipe).map { Unmanaged<TLSEngine>.fromOpaque($0).takeUnretainedValue() }
    }
}
