/// Reading and sending through a layer. Knows when which bytes may cross; what the layer does with them is its business.
internal import Bytes
internal import CLinux
internal import Glibc

extension StreamSocket {
    /// Plain bytes that are sealed at once: what the kernel takes in one send.
    private static let batch = 65_536

    /// Puts a layer between the owner and the wire; `secured` tells when the owner's bytes cross.
    package func secure(with layer: StreamLayer) {
        precondition(self.layer == nil, "a layer on a layer")
        self.layer = layer
        flags.insert(.layered)
        // What has come already was meant for it.
        swap(&layer.early, &inbound)
        guard token != 0, !flags.contains(.connecting) else { return }
        if !layer.early.isEmpty { postpone() }
        beginLayer(layer)
    }

    /// Sends these first of all, as they are, in front of what a layer says.
    package func prefix(_ bytes: [UInt8]) {
        if let layer { layer.sealed.append(bytes, pool: loop.pool) } else { outbound.append(bytes, pool: loop.pool) }
    }

    /// Whether the owner's bytes cross: at once where there is no layer.
    package var isSecured: Bool { layer?.isReady ?? true }

    func beginLayer(_ layer: StreamLayer) {
        layer.begin(pool: loop.pool)
        touchOutput()
    }

    // MARK: Reading

    func readLayered() {
        let count = recv(descriptor, loop.scratch.baseAddress, loop.scratch.count, 0)
        guard arrived(count) else { return }
        if flags.contains(.lingering) { return discard(count) }
        pass(UnsafeBufferPointer(rebasing: loop.scratch[..<count]).span)
    }

    /// Gives the layer the bytes that it has put back, in the next turn and before any others.
    package func takeUpLayer() { postpone() }

    /// Takes up bytes that came before the layer was there.
    func takeEarly() {
        guard let layer, !layer.early.isEmpty, !flags.contains(.lingering) else { return }
        var early = ByteBuffer()
        swap(&early, &layer.early)
        early.withSpan { pass($0) }
        early.release(to: loop.pool)
    }

    private func pass(_ wire: Span<UInt8>) {
        guard let layer else { return }
        let wasReady = layer.isReady
        layer.unseal(wire, to: &inbound, pool: loop.pool)
        if !layer.sealed.isEmpty { touchOutput() }
        if layer.isReady && !wasReady {
            touchOutput()
            secured()
            guard isOpen else { return }
        }
        if !inbound.isEmpty && !flags.contains(.paused) { process() }
        settleLayer()
    }

    /// Tells the owner of an end or a failure that the layer has met, behind the bytes before it.
    func settleLayer() {
        guard isOpen, let layer else { return }
        if layer.isBroken {
            if !layer.sealed.isEmpty { _ = sendSealed(layer) }
            guard isOpen else { return }
            return flags.contains(.lingering) ? close() : failed(SystemFailure(call: "tls", code: EPROTO))
        }
        guard layer.hasEnded, flags.isDisjoint(with: [.paused, .ended]) else { return }
        flags.insert(.ended)
        updateInterest()
        if flags.contains(.lingering) { close() } else { peerFinished() }
    }

    // MARK: Sending

    func flushLayered() {
        guard isOpen, let layer, !flags.contains(.connecting) else { return }
        repeat {
            if layer.sealed.isEmpty && layer.isReady { sealNext(layer) }
            if layer.isBroken { return failLater(EPROTO) }
        } while !layer.sealed.isEmpty && sendSealed(layer)
        guard isOpen, layer.sealed.isEmpty else { return }
        if outbound.isEmpty && layer.isReady {
            outbound.release(to: loop.pool)
            afterLastByte()
        }
        guard isOpen, layer.isReady, flags.contains(.tellWhenDrained) else { return }
        flags.remove(.tellWhenDrained)
        drained()
    }

    private func sealNext(_ layer: StreamLayer) {
        if !outbound.isEmpty {
            let size = min(outbound.count, Self.batch)
            outbound.withSpan { layer.seal($0.extracting(0..<size), pool: loop.pool) }
            outbound.consume(size)
        } else if flags.contains(.shutAfterFlush) && !flags.contains(.endSealed) {
            flags.insert(.endSealed)
            layer.sealEnd(pool: loop.pool)
        }
    }

    /// Whether all of it has left.
    private func sendSealed(_ layer: StreamLayer) -> Bool {
        let number = descriptor
        let sent = layer.sealed.withSpan { bytes in
            bytes.withUnsafeBufferPointer { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
        if sent >= 0 {
            layer.sealed.consume(sent)
        } else if errno != EAGAIN && errno != EINTR {
            let code = errno
            layer.sealed.release(to: loop.pool)
            outbound.release(to: loop.pool)
            if flags.contains(.lingering) { close() } else { failLater(code) }
            return false
        }
        if layer.sealed.isEmpty {
            layer.sealed.release(to: loop.pool)
            flags.remove(.blocked)
        } else {
            flags.insert(.blocked)
        }
        updateInterest()
        return layer.sealed.isEmpty
    }

    /// The socket closes: the peer is told that nothing follows, if this can be done at once and is true.
    func partFromLayer() {
        guard let layer else { return }
        self.layer = nil
        let isAllSent = layer.sealed.isEmpty && outbound.isEmpty
        if layer.isReady && !layer.isBroken && isAllSent && !flags.contains(.endSealed) {
            layer.sealEnd(pool: loop.pool)
            let number = descriptor
            layer.sealed.withSpan { bytes in
                bytes.withUnsafeBufferPointer { _ = Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
        }
        layer.sealed.release(to: loop.pool)
        layer.early.release(to: loop.pool)
        layer.parted()
    }
}
