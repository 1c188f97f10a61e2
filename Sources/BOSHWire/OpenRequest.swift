/// The name the owner gave an HTTP request that waits for its response. Opaque here; every request has its own.
package struct RequestHandle: Hashable, Sendable {
    package let value: UInt64

    package init(_ value: UInt64) {
        self.value = value
    }
}

/// A request that was taken in its turn and has no response yet. Knows who waits for it, if anybody still does.
struct OpenRequest: Equatable {
    let rid: UInt64
    /// Nil once its connection is lost: the response waits for a repeat.
    var handle: RequestHandle?
    /// When its newest holder came; `wait` counts from here.
    var since: UInt64
    let keyMark: UInt64
    var answer = Urgency.whenReady
    /// Response that the client's acknowledgement shows to be missing (section 9.2).
    var missing: UInt64?

    enum Urgency: UInt8 {
        /// When there is something to say, another request comes or time is up.
        case whenReady
        case atOnce
        /// At once and without payload: it announced a pause (section 10).
        case paused
        /// The answer to the creation request: with features, or when patience ends.
        case creation
    }
}

/// A request that came before its turn: it waits for those before it, with its bytes. Knows no payload.
package struct ParkedRequest {
    package let head: RequestHead
    /// The whole HTTP body, as it came.
    package let body: [UInt8]
    let rid: UInt64
    var handle: RequestHandle?
    var since: UInt64
    let keyMark: UInt64
}
