import Bytes
import WireTesting
import XMPPWire

/// Feeds a scanner pieces of a stream as a socket would, and writes down what comes.
struct ScannerRun {
    enum Event: Equatable {
        case header(OpenAttributes)
        /// As it goes to the browser, and what it was taken for.
        case element(String, UpstreamElement)
        case end
        case failed(XMLFailure)
    }

    private(set) var events: [Event] = []
    /// Bytes that no step has used yet.
    private(set) var pending: [UInt8] = []
    /// Largest number of bytes kept between two pieces when no element was open.
    private var scanner: StreamScanner
    private var hasFailed = false

    init(maxElement: Int = 256 << 10) {
        scanner = StreamScanner(maxElement: maxElement)
    }

    /// All events of a stream that comes in these pieces. `restartAfter` says after which events our side opens the stream
    /// anew.
    static func events(
        _ pieces: [ArraySlice<UInt8>], maxElement: Int = 256 << 10, restartAfter: (Event) -> Bool = ScannerRun.isLogin
    ) -> [Event] {
        var run = ScannerRun(maxElement: maxElement)
        for piece in pieces { run.feed(piece, restartAfter: restartAfter) }
        return run.events
    }

    static func isLogin(_ event: Event) -> Bool {
        if case .element(_, .saslSuccess(restarts: true)) = event { true } else { false }
    }

    mutating func feed(_ piece: ArraySlice<UInt8>, restartAfter: (Event) -> Bool = ScannerRun.isLogin) {
        pending += piece
        while !hasFailed, let used = step() {
            pending.removeFirst(used)
            if let last = events.last, restartAfter(last), used > 0, case .element = last { scanner.restart() }
        }
    }

    private mutating func step() -> Int? {
        do throws(XMLFailure) {
            let input = pending
            switch try scanner.next(input.span) {
            case .needMore: return nil
            case .whitespace(let used): return used
            case .header(let header, let used):
                events.append(.header(header.attributes))
                return used
            case .element(let cut, let used):
                let bytes = written(cut)
                let kind = scanner.classify(cut, in: pending.span)
                precondition(kind == scanner.classify(cut, in: pending.span, takesShortWay: false))
                events.append(.element(String(decoding: bytes, as: UTF8.self), kind))
                return used
            case .streamEnd(let used):
                events.append(.end)
                return used
            }
        } catch {
            events.append(.failed(error))
            hasFailed = true
            return nil
        }
    }

    /// Both ways of writing must agree with each other and with the size told before.
    private func written(_ cut: ElementCut) -> [UInt8] {
        let pool = BufferPool()
        var buffer = ByteBuffer()
        scanner.write(cut, from: pending.span, to: &buffer, pool: pool)
        let bytes = buffer.withSpan { Array(copying: $0) }
        precondition(bytes == scanner.output(cut, from: pending.span))
        precondition(bytes.count == scanner.outputSize(of: cut))
        return bytes
    }
}
