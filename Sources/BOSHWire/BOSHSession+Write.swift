package import Bytes

/// Makes the bytes of a response and keeps them for a repeat. Knows which attributes a response carries (XEP-0124 sections
/// 7.2, 9 and 14.3, XEP-0206 section 4).
extension BOSHSession {
    /// Appends the body of `answer` to `output`, with what it takes from the queue.
    package mutating func write(
        _ answer: Answer, from queue: inout OutputQueue, into output: inout ByteBuffer, pool: BufferPool, now: UInt64
    ) {
        let writer = BodyWriter(pool: pool)
        let start = output.count
        switch answer.kind {
        case .replay(let stored):
            if let stored { output.append(stored, pool: pool) } else { output.append(BodyWriter.empty, pool: pool) }
        case .recoverableError:
            writer.recoverableError(&output)
        case .terminate(let condition?, withPayload: false):
            writer.terminate(condition, into: &output)
        case .payload, .empty, .creation, .pause, .terminate:
            writeInTurn(answer, writer, &queue, &output, pool, now)
            if answer.isKept { keep(answer, output, from: start, now) }
        }
    }

    private mutating func writeInTurn(
        _ answer: Answer, _ writer: borrowing BodyWriter, _ queue: inout OutputQueue, _ output: inout ByteBuffer,
        _ pool: BufferPool, _ now: UInt64
    ) {
        let batch = answer.takesPayload ? queue.batch(limit: policy.responseBytes) : OutputQueue.Batch()
        writer.begin(&output)
        if case .terminate(let condition, _) = answer.kind { writer.terminal(condition, &output) }
        if answer.isCreation {
            writeTerms(answer, writer, &output, pool)
        } else if newest != answer.rid {
            writer.attribute("ack", newest, &output)
        }
        if let missing = answer.missing, let lost = replay.response(to: missing) {
            writer.attribute("report", missing, &output)
            writer.attribute("time", min(now - min(lost.sentAt, now), UInt64(UInt16.max)), &output)
        }
        if answer.isCreation || !announcement.isEmpty {
            output.append(" xmlns:xmpp='urn:xmpp:xbosh'", pool: pool)
        }
        if !announcement.isEmpty {
            output.append(announcement, pool: pool)
            announcement = []
        }
        guard batch.length > 0 else {
            output.append("/>", pool: pool)
            return
        }
        if batch.usesStreams { output.append(" xmlns:stream='http://etherx.jabber.org/streams'", pool: pool) }
        output.append(">", pool: pool)
        queue.take(batch, into: &output, pool: pool)
        output.append("</body>", pool: pool)
    }

    /// What was agreed on; said once.
    private func writeTerms(
        _ answer: Answer, _ writer: borrowing BodyWriter, _ output: inout ByteBuffer, _ pool: BufferPool
    ) {
        writer.attribute("sid", id.text, &output)
        writer.attribute("wait", UInt64(terms.wait), &output)
        writer.attribute("requests", UInt64(terms.requests), &output)
        writer.attribute("hold", UInt64(terms.hold), &output)
        output.append(" ver='", pool: pool)
        output.append(Array("\(terms.version.major).\(terms.version.minor)".utf8), pool: pool)
        output.append("'", pool: pool)
        if terms.polling > 0 { writer.attribute("polling", UInt64(terms.polling), &output) }
        writer.attribute("inactivity", UInt64(terms.inactivity), &output)
        if terms.maxPause > 0 { writer.attribute("maxpause", UInt64(terms.maxPause), &output) }
        writer.attribute("ack", answer.rid, &output)
        if policy.decodesGzip { output.append(" accept='gzip'", pool: pool) }
        output.append(" xmpp:restartlogic='true'", pool: pool)
    }

    private mutating func keep(_ answer: Answer, _ output: borrowing ByteBuffer, from start: Int, _ now: UInt64) {
        let body: [UInt8]? = output.withSpan { bytes in
            let written = bytes.extracting(start..<bytes.count)
            // Responses without payload and attributes are all alike.
            return ASCII.equal(written, BodyWriter.empty) ? nil : Array(copying: written)
        }
        let count = terms.clientAcknowledges ? policy.replayResponses : Int(terms.requests)
        replay.keep(
            .init(rid: answer.rid, sentAt: now, keyMark: answer.keyMark, body: body),
            count: count, bytes: policy.replayBytes)
    }
}

extension Answer {
    fileprivate var isCreation: Bool {
        if case .creation = kind { true } else { false }
    }

    fileprivate var takesPayload: Bool {
        switch kind {
        case .payload, .creation: true
        case .terminate(_, let withPayload): withPayload
        case .empty, .pause, .recoverableError, .replay: false
        }
    }

    /// Section 14.3: pauses are not kept; neither is the answer to a creation request, whose repeat makes a new session.
    fileprivate var isKept: Bool {
        switch kind {
        case .payload, .empty, .terminate: rid > 0
        case .creation, .pause, .recoverableError, .replay: false
        }
    }
}
