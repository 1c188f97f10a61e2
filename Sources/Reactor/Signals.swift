/// Signals as loop events (signalfd). Knows numbers; what a signal asks for is the owner's business.
internal import CLinux
internal import Glibc

package enum Signal: Int32, Sendable, CaseIterable {
    case hangup = 1
    case interrupt = 2
    case terminate = 15
}

package final class SignalReader: LoopMember {
    private let source: Descriptor
    private let receive: (Signal) -> Void

    /// Blocks the signals in this thread and all it starts later: call before any other thread exists. SIGPIPE is
    /// ignored, a lost peer shows as an error of the send.
    package static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        var set = watchedSet()
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    package init(loop: EventLoop, _ receive: @escaping (Signal) -> Void) throws(SystemFailure) {
        var set = Self.watchedSet()
        let flags = Int32(SFD_NONBLOCK) | Int32(SFD_CLOEXEC)
        source = Descriptor(owning: try SystemFailure.check("signalfd", signalfd(-1, &set, flags)))
        self.receive = receive
        super.init(loop: loop)
    }

    package func open() throws(SystemFailure) {
        loop.register(self)
        try loop.poller.add(source.raw, .read, token: token)
    }

    package override func ready(_ readiness: Readiness) {
        var info = signalfd_siginfo()
        while Glibc.read(source.raw, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size
        {
            if let signal = Signal(rawValue: Int32(info.ssi_signo)) { receive(signal) }
        }
    }

    private static func watchedSet() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in Signal.allCases { sigaddset(&set, signal.rawValue) }
        return set
    }
}
