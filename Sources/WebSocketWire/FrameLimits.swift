/// How much a peer may put into one message. Checked from frame headers, before any payload is kept.
package struct FrameLimits: Sendable {
    /// Payload bytes of one message over all its fragments. A stanza is one message, and 256 KiB is what XMPP servers
    /// commonly take after login.
    package let maxMessage: UInt32
    /// Fragments of one message. Browsers cut at 64 KiB or more; a message of 256 byte pieces still passes, an endless
    /// run of empty or one-byte pieces does not.
    package let maxFragments: UInt32

    package init(maxMessage: UInt32 = 256 << 10, maxFragments: UInt32 = 1_024) {
        self.maxMessage = maxMessage
        self.maxFragments = maxFragments
    }
}
