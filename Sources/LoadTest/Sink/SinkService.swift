/// What all streams of one sink thread share: settings, numbers, keys, and the echoes that are held back. Knows time; knows
/// no transport.
internal import Bytes
internal import Reactor

final class SinkService {
    let settings: SinkSettings
    let loop: EventLoop
    var scramKeys = SCRAMKeyCache()
    private var lastID: UInt64 = 0
    private let seed = UInt64.random(in: 0 ... .max) << 24
    private var timer: PreciseTimer?
    private let start = MonotonicClock.now()

    /// Echoes in the order they are due.
    private var held: [Held] = []
    private var heldFirst = 0

    private struct Held {
        let connection: any SinkTransport
        let element: [UInt8]
        let due: Nanoseconds
    }

    /// Those in push mode, and when the next one is due to each.
    private var pushed: [ObjectIdentifier: Pushed] = [:]
    private let composer: StanzaComposer

    private struct Pushed {
        let transport: any SinkTransport
        let since: Nanoseconds
        var sent = 0
    }

    /// Marks the ids of pushed messages.
    static let pushTag: UInt16 = 0xFFFF

    init(settings: SinkSettings) throws(SystemFailure) {
        self.settings = settings
        loop = try EventLoop()
        composer = StanzaComposer(size: settings.pushSize)
        let timer = try PreciseTimer(loop: loop) { [unowned self] in tick() }
        try timer.open()
        self.timer = timer
    }

    func nextID() -> UInt64 {
        lastID += 1
        return seed | lastID
    }

    /// Whether echoes leave at once.
    var isImmediate: Bool { settings.delay == 0 && settings.stall == 0 }

    // MARK: Echoes held back

    func hold(_ element: Span<UInt8>, for connection: any SinkTransport) {
        let now = MonotonicClock.now()
        var due = now + settings.delay
        if settings.stall > 0 {
            let phase = (due - start) % settings.stallInterval
            // The first part of each interval is a stall.
            if phase < settings.stall { due += settings.stall - phase }
        }
        held.append(Held(connection: connection, element: [UInt8](copying: element), due: due))
        if held.count - heldFirst == 1 { timer?.wake(at: due) }
    }

    private func tick() {
        let now = MonotonicClock.now()
        var next = release(now)
        if !pushed.isEmpty { next = min(next, push(now)) }
        if next < .max { timer?.wake(at: next) }
    }

    private func release(_ now: Nanoseconds) -> Nanoseconds {
        while heldFirst < held.count, held[heldFirst].due <= now {
            let echo = held[heldFirst]
            echo.connection.send(echo.element.span)
            heldFirst += 1
        }
        if heldFirst == held.count {
            held.removeAll(keepingCapacity: true)
            heldFirst = 0
            return .max
        }
        return held[heldFirst].due
    }

    // MARK: Push

    func startPush(_ transport: any SinkTransport) {
        guard settings.mode == .push else { return }
        let now = MonotonicClock.now()
        pushed[ObjectIdentifier(transport)] = Pushed(transport: transport, since: now)
        timer?.wake(at: now)
    }

    func ended(_ transport: any SinkTransport) {
        if settings.mode == .push { pushed[ObjectIdentifier(transport)] = nil }
    }

    /// Sends what is due to everybody; gives the time of the next message.
    private func push(_ now: Nanoseconds) -> Nanoseconds {
        let pace = Pace(rate: max(settings.pushRate, 0.001))
        var next = Nanoseconds.max
        for key in pushed.keys {
            guard var state = pushed[key] else { continue }
            while case .act(let intended) = pace.next(done: state.sent, elapsed: now - state.since) {
                let due = state.since + intended
                let id = MessageID(
                    tag: Self.pushTag, sender: 0, intended: due, lag: UInt32(clamping: now - due))
                composer.withMessage(to: [], type: .chat, id: id) { state.transport.send($0) }
                state.sent += 1
            }
            next = min(next, state.since + pace.time(of: state.sent))
            pushed[key] = state
        }
        // Sessions that began at different times must not wake us one by one.
        return max(next, now + 200_000)
    }
}
