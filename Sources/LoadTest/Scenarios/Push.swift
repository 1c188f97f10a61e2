/// `push`: the server sends and sessions only listen. Works with our sink, whose ids carry the time of this machine's
/// monotonic clock; from another machine only the count means something.
internal import Bytes

final class Push: Scenario {
    private unowned let worker: LoadWorker

    init(worker: LoadWorker) {
        self.worker = worker
    }

    func received(_ element: Span<UInt8>, _ session: ClientSession, now: Nanoseconds) {
        let stanza = StanzaTag(element)
        guard stanza.kind == .message, let id = MessageID(element.extracting(stanza.id)), id.tag == SinkService.pushTag
        else { return }
        worker.recorder.delivered(intended: id.intended, lag: Nanoseconds(id.lag), now: now)
    }
}
