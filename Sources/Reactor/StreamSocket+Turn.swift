/// What a stream socket does when the loop wakes it: connecting, reading, sending, lingering.
internal import Bytes
internal import CLinux
internal import Glibc

extension StreamSocket {
    /// Bytes read from a lingering peer before it is cut: what a client may have in flight when it is refused.
    static let lingerLimit: UInt32 = 1 << 20

    var wanted: Readiness {
        if flags.contains(.connecting) { return .write }
        var result: Readiness = []
        if flags.isDisjoint(with: [.paused, .ended]) { result.insert(.read) }
        if flags.contains(.blocked) { result.insert(.write) }
        return result
    }

    func enterPoller() {
        watched = wanted
        // On this machine a connection mostly stands at once: one look saves epoll two.
        if flags.isSuperset(of: [.connecting, .nearby]), Connecting.stands(descriptor) {
            watched = .read
            flags.insert(.standing)
            postpone()
        }
        do throws(SystemFailure) {
            try loop.poller.add(descriptor, watched, token: token)
        } catch {
            failLater(error.code)
        }
    }

    func updateInterest() {
        let wish = wanted
        guard wish != watched, descriptor >= 0, token != 0 else { return }
        watched = wish
        do throws(SystemFailure) {
            try loop.poller.modify(descriptor, wish, token: token)
        } catch {
            failLater(error.code)
        }
    }

    func postpone() {
        guard !flags.contains(.postponed) else { return }
        flags.insert(.postponed)
        loop.putOff(self)
    }

    func failLater(_ code: Int32) {
        if pendingError == 0 { pendingError = code }
        postpone()
    }

    // MARK: Connecting

    /// What `enterPoller` saw.
    func stand() {
        flags.remove(.standing)
        if isOpen && flags.contains(.connecting) { finishConnecting(mayHaveFailed: false) }
    }

    func finishConnecting(mayHaveFailed: Bool) {
        let error = mayHaveFailed ? Connecting.result(descriptor) : 0
        guard error == 0 else { return failed(SystemFailure(call: "connect", code: error)) }
        flags.remove(.connecting)
        flags.remove(.unflushed)
        updateInterest()
        connected()
        if isOpen, let layer, !layer.isReady { beginLayer(layer) }
        if isOpen && !outbound.isEmpty { touchOutput() }
    }

    // MARK: Reading

    func read() {
        if flags.contains(.layered) { return readLayered() }
        if inbound.isEmpty {
            let count = recv(descriptor, loop.scratch.baseAddress, loop.scratch.count, 0)
            guard arrived(count) else { return }
            if flags.contains(.lingering) { return discard(count) }
            let bytes = UnsafeMutableBufferPointer(rebasing: loop.scratch[..<count])
            var span = bytes.mutableSpan
            let used = received(&span)
            precondition(used >= 0 && used <= count, "used more than came")
            if used < count && isOpen && !flags.contains(.lingering) {
                inbound.append(UnsafeBufferPointer(rebasing: bytes[used...]).span, pool: loop.pool)
            }
        } else {
            let number = descriptor
            let count = inbound.fill(atLeast: 16_384, pool: loop.pool) { recv(number, $0.baseAddress, $0.count, 0) }
            guard arrived(count) else { return }
            process()
        }
    }

    /// Gives the kept bytes to the subclass.
    func process() {
        // Taken out for the call: the subclass may close or pause this socket in the middle.
        var bytes = ByteBuffer()
        swap(&bytes, &inbound)
        flags.insert(.processing)
        let used = bytes.withMutableSpan { received(&$0) }
        flags.remove(.processing)
        guard isOpen && !flags.contains(.lingering) else { return bytes.release(to: loop.pool) }
        bytes.consume(used)
        if bytes.isEmpty { bytes.release(to: loop.pool) } else { swap(&bytes, &inbound) }
    }

    /// Whether bytes came; takes care of the end and of failures.
    @inline(__always)
    func arrived(_ count: Int) -> Bool {
        if count > 0 { return true }
        noneArrived(count)
        return false
    }

    @inline(never)
    private func noneArrived(_ count: Int) {
        if count == 0 {
            flags.insert(.ended)
            updateInterest()
            if flags.contains(.lingering) { close() } else { peerFinished() }
        } else if errno != EAGAIN && errno != EINTR {
            let failure = SystemFailure(call: "recv", code: errno)
            if flags.contains(.lingering) { close() } else { failed(failure) }
        }
    }

    func discard(_ count: Int) {
        discarded += UInt32(count)
        if discarded > Self.lingerLimit { close() }
    }

    // MARK: Sending

    func send() {
        let number = descriptor
        let sent = outbound.withSpan { bytes in
            bytes.withUnsafeBufferPointer { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
        if sent >= 0 {
            outbound.consume(sent)
        } else if errno != EAGAIN && errno != EINTR {
            let code = errno
            outbound.release(to: loop.pool)
            if flags.contains(.lingering) { close() } else { failLater(code) }
            return
        }
        if outbound.isEmpty {
            home._withUnsafeGuaranteedRef { outbound.release(to: $0.pool) }
            flags.remove(.blocked)
        } else {
            flags.insert(.blocked)
        }
        updateInterest()
    }

    func afterLastByte() {
        guard flags.contains(.shutAfterFlush), !flags.contains(.shut) else { return }
        flags.insert(.shut)
        _ = shutdown(descriptor, Int32(SHUT_WR))
        if flags.contains(.lingering) && flags.contains(.ended) { close() }
    }
}
