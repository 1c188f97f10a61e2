/// Messages from any thread to one loop. Knows order and wake-up; does not know what the messages mean.
internal import CLinux
internal import Glibc
internal import Synchronization

package final class Mailbox<Message: Sendable>: Sendable {
    private let waiting = Mutex<[Message]>([])
    private let wake: Descriptor

    package init() throws(SystemFailure) {
        let flags = Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC)
        wake = Descriptor(owning: try SystemFailure.check("eventfd", eventfd(0, flags)))
    }

    /// Leaves a message; only the first one into an empty box costs a wake-up.
    package func post(_ message: Message) {
        let isFirst = waiting.withLock { queue in
            queue.append(message)
            return queue.count == 1
        }
        if isFirst { eventfd_write(wake.raw, 1) }
    }

    /// Lets `loop` read the box; call on the loop's thread, once.
    package func open(in loop: EventLoop, _ receive: @escaping (Message) -> Void) throws(SystemFailure) {
        let reader = Reader(loop: loop, mailbox: self, receive: receive)
        loop.register(reader)
        try loop.poller.add(wake.raw, .read, token: reader.token)
    }

    private final class Reader: LoopMember {
        private let mailbox: Mailbox
        private let receive: (Message) -> Void

        init(loop: EventLoop, mailbox: Mailbox, receive: @escaping (Message) -> Void) {
            self.mailbox = mailbox
            self.receive = receive
            super.init(loop: loop)
        }

        override func ready(_ readiness: Readiness) {
            var count: eventfd_t = 0
            // Cleared before the box is emptied: a message that comes in between wakes once more.
            eventfd_read(mailbox.wake.raw, &count)
            let messages = mailbox.waiting.withLock { queue in
                let all = queue
                queue = []
                return all
            }
            for message in messages { receive(message) }
        }
    }
}
