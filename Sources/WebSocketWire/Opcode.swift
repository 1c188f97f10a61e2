/// What a frame is (RFC 6455 section 5.2). Opcodes 3-7 and 11-15 are reserved and have no case.
package enum Opcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// Control frames may stand between the fragments of a message (section 5.4).
    package var isControl: Bool { rawValue & 0x8 != 0 }
}

/// Which end of the connection we are: clients mask what they send, servers do not (RFC 6455 section 5.1).
package enum Role: Sendable {
    case server
    case client
}
