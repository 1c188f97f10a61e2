/// A connected stream socket with bounded reading and gathered writing. Knows bytes, ends and failures; the meaning of
/// bytes and how much output is too much belong to the subclass.
///
/// One read per readiness goes into the loop's shared buffer; only what the subclass leaves is kept. Output is appended
/// during the turn and leaves in one send at its end.
package import Bytes
internal import CLinux
internal import Glibc

open class StreamSocket: LoopMember {
    struct Flags: OptionSet {
        let rawValue: UInt16
        static let connecting = Flags(rawValue: 1)
        static let paused = Flags(rawValue: 1 << 1)
        static let ended = Flags(rawValue: 1 << 2)
        static let unflushed = Flags(rawValue: 1 << 3)
        static let blocked = Flags(rawValue: 1 << 4)
        static let tellWhenDrained = Flags(rawValue: 1 << 5)
        static let lingering = Flags(rawValue: 1 << 6)
        static let shutAfterFlush = Flags(rawValue: 1 << 7)
        static let shut = Flags(rawValue: 1 << 8)
        static let postponed = Flags(rawValue: 1 << 9)
        static let processing = Flags(rawValue: 1 << 10)
        /// There is a layer.
        static let layered = Flags(rawValue: 1 << 11)
        /// The layer has said that nothing follows.
        static let endSealed = Flags(rawValue: 1 << 12)
        /// Connects on this machine.
        static let nearby = Flags(rawValue: 1 << 13)
        /// Connected at once; the owner is told in a moment.
        static let standing = Flags(rawValue: 1 << 14)
    }

    /// -1 once closed.
    final var descriptor: Int32
    final var flags: Flags = []
    /// What epoll watches for now.
    final var watched: Readiness = []
    /// An error met outside of the owner's sight, told in the next turn; 0 for none.
    final var pendingError: Int32 = 0
    /// Bytes read and thrown away while lingering.
    final var discarded: UInt32 = 0
    final var inbound = ByteBuffer()
    /// Between these buffers and the wire; nil for none.
    package final var layer: StreamLayer?
    /// Output of this turn and what the kernel did not take yet. Call `touchOutput` after appending.
    package final var outbound = ByteBuffer()

    /// Bytes that `drained` waits for: output at or below this lets the other side go on.
    package static let lowMark = 16_384
    /// Space asked for when reading behind bytes kept from before.
    private static let readAhead = 16_384

    /// Takes a connected descriptor.
    package init(loop: EventLoop, connected descriptor: consuming Descriptor) {
        self.descriptor = descriptor.release()
        super.init(loop: loop)
    }

    /// Takes over descriptor, kept input and waiting output of a socket that changes its protocol; that one is closed
    /// for its owner afterwards.
    /// - Parameter rest: input that `other` was given and did not use, when it is in the middle of `received`.
    package init(takingOver other: StreamSocket, rest: Span<UInt8>) {
        descriptor = other.descriptor
        watched = other.watched
        // The end of the input is not taken over: it is read once more, behind what is kept, and then told.
        flags = other.flags.intersection([.blocked, .layered])
        layer = other.layer
        super.init(loop: other.loop)
        swap(&inbound, &other.inbound)
        swap(&outbound, &other.outbound)
        other.descriptor = -1
        other.flags = []
        other.layer = nil
        inbound.append(rest, pool: loop.pool)
        // The place too, so that epoll need not hear of it.
        if other.isRegistered { loop.hand(over: other, to: self) }
    }

    /// Starts to connect; `connected` or `failed` follows in a later turn.
    /// - Parameter source: the address to connect from; nil leaves it to the kernel.
    package init(loop: EventLoop, connectingTo address: SocketAddress, from source: SocketAddress? = nil) {
        let (number, error) = Connecting.start(address, from: source)
        descriptor = number
        pendingError = error
        super.init(loop: loop)
        flags = address.isLoopback ? [.connecting, .nearby] : .connecting
    }

    deinit {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    // MARK: What the subclass hears

    /// Bytes have come; returns how many of them are used up, the rest comes again in front of what follows. Must not
    /// be called by the owner itself.
    open func received(_ input: inout MutableSpan<UInt8>) -> Int { input.count }
    /// The peer has sent its last byte.
    open func peerFinished() { close() }
    /// The connection is broken; it is still open for the owner to close.
    open func failed(_ failure: SystemFailure) { close() }
    /// A connection started by `connectingTo` stands.
    open func connected() {}
    /// The layer is ready: bytes cross from now on.
    open func secured() {}
    /// The deadline has come.
    open func timedOut() {}
    /// Output fell to `lowMark` after `tellWhenDrained`.
    open func drained() {}
    /// The socket is closed, for whatever reason: called once.
    open func closed() {}

    // MARK: What the loop calls

    public override final func ready(_ readiness: Readiness) {
        if flags.contains(.connecting) {
            // A connect that failed is told as a failure.
            return finishConnecting(mayHaveFailed: !readiness.isDisjoint(with: [.failure, .hangup]))
        }
        // Reading has just been resumed: what is kept comes before what follows it, the end of the connection included,
        // and before more is kept.
        if flags.contains(.postponed) && pendingError == 0 { takeUp() }
        guard isOpen else { return }
        if (readiness.contains(.read) || !readiness.isDisjoint(with: [.failure, .hangup])) && watched.contains(.read) {
            read()
        } else if !readiness.isDisjoint(with: [.failure, .hangup]) {
            // Nobody reads, so nobody would notice, and epoll would report it for ever.
            let code = Connecting.result(descriptor)
            if flags.contains(.lingering) { return close() }
            return failed(SystemFailure(call: "poll", code: code == 0 ? ECONNRESET : code))
        }
        if readiness.contains(.write) && isOpen { flush() }
    }

    public override final func takeUp() {
        flags.remove(.postponed)
        if flags.contains(.layered) { takeEarly() }
        if pendingError != 0 {
            let failure = SystemFailure(call: flags.contains(.connecting) ? "connect" : "send", code: pendingError)
            pendingError = 0
            return flags.contains(.lingering) ? close() : failed(failure)
        }
        if flags.contains(.standing) { return stand() }
        if !inbound.isEmpty && flags.isDisjoint(with: [.paused, .lingering]) { process() }
        if flags.contains(.layered) { settleLayer() }
    }

    /// Sends what waits, in one call.
    override final func flush() {
        flags.remove(.unflushed)
        guard isOpen, flags.isDisjoint(with: [.connecting, .layered]) else { return flushLayered() }
        if !outbound.isEmpty { send() }
        guard isOpen else { return }
        if outbound.isEmpty { afterLastByte() }
        if flags.contains(.tellWhenDrained) && outbound.count <= Self.lowMark && isOpen {
            flags.remove(.tellWhenDrained)
            drained()
        }
    }

    public override final func deadlineReached() {
        if flags.contains(.lingering) { close() } else { timedOut() }
    }

    // MARK: What the owner does

    /// Enters the loop, or goes on in the place of the socket that was taken over.
    package final func open() {
        if isRegistered {
            updateInterest()
        } else {
            loop.register(self)
            guard pendingError == 0 else { return postpone() }
            enterPoller()
        }
        if !inbound.isEmpty || layer?.needsATurn == true { postpone() }
        if let layer, !layer.isReady, !flags.contains(.connecting) { beginLayer(layer) }
        if needsFlush && !flags.contains(.blocked) { touchOutput() }
    }

    /// Something was asked for before there was a loop to ask.
    private var needsFlush: Bool { !outbound.isEmpty || !flags.isDisjoint(with: [.tellWhenDrained, .shutAfterFlush]) }

    package final var isOpen: Bool { descriptor >= 0 }

    /// Our end of the connection; nil once closed.
    package final var localAddress: SocketAddress? {
        isOpen ? try? ListeningSocket.name(of: descriptor) : nil
    }

    /// The peer's end; nil when the connection does not stand.
    package final var remoteAddress: SocketAddress? {
        isOpen ? try? ListeningSocket.peer(of: descriptor) : nil
    }

    /// Closes at once; output that waits is lost.
    package final func close() {
        // Without a descriptor and yet registered: there was none left to connect with.
        guard descriptor >= 0 || isRegistered else { return }
        if flags.contains(.layered) { partFromLayer() }
        let number = descriptor
        descriptor = -1
        loop.unregister(self)
        // Closing takes the descriptor out of epoll: nobody else holds the open file.
        if number >= 0 { _ = Glibc.close(number) }
        if !flags.contains(.processing) { inbound.release(to: loop.pool) }
        outbound.release(to: loop.pool)
        closed()
    }

    /// Sends what waits, half-closes, then reads on for a moment and closes, so that the peer gets our last words
    /// instead of a reset (RFC 9112 section 9.6).
    package final func closeLingering(for milliseconds: UInt64) {
        guard descriptor >= 0 else { return }
        // Nobody can be told anything yet.
        guard isSecured else { return close() }
        flags.insert([.lingering, .shutAfterFlush])
        flags.remove(.paused)
        if !flags.contains(.processing) { inbound.release(to: loop.pool) }
        deadline = loop.now + milliseconds
        touchOutput()
        updateInterest()
    }

    /// Half-closes once what waits has left.
    package final func shutdownAfterFlush() {
        flags.insert(.shutAfterFlush)
        touchOutput()
    }

    /// Marks `outbound` to leave at the end of this turn.
    package final func touchOutput() {
        // Without a place in the loop it is `open` that comes back to this.
        guard !flags.contains(.unflushed), token != 0 else { return }
        flags.insert(.unflushed)
        home._withUnsafeGuaranteedRef { $0.flushAtEndOfTurn(token) }
    }

    /// Asks for one call of `drained` when output has fallen to `lowMark`.
    package final func tellWhenDrained() {
        flags.insert(.tellWhenDrained)
        touchOutput()
    }

    /// Stops reading; the kernel's buffer fills and the peer has to wait.
    package final func pauseReading() {
        guard !flags.contains(.paused) else { return }
        flags.insert(.paused)
        updateInterest()
    }

    package final func resumeReading() {
        guard flags.contains(.paused) else { return }
        flags.remove(.paused)
        updateInterest()
        if !inbound.isEmpty || layer?.hasEnded == true { postpone() }
    }

    /// Connected by us, to this machine.
    package final var isNearby: Bool { flags.contains(.nearby) }
    package final var isReadingPaused: Bool { flags.contains(.paused) }
    package final var hasPeerFinished: Bool { flags.contains(.ended) }
    package final var isConnecting: Bool { flags.contains(.connecting) }
    package final var isLingering: Bool { flags.contains(.lingering) }
    /// Bytes read and kept because the subclass did not use them yet.
    package final var keptInput: Int { inbound.count }
}
