/// What the owner does with the payload of a request. Knows nothing of its response: `BOSHSession.answer` says that.
package enum Reception: Equatable, Sendable {
    /// Nothing: it is early, a repeat, or of a session that has ended.
    case ignore
    /// Hand the elements on, in order.
    case forward
    /// Begin a new stream with `RequestHead.opening`; elements in the same body are dropped (XEP-0206 section 5).
    case restart
    /// Hand the elements on, then end the stream: the client says goodbye.
    case forwardAndClose
}

/// Why a session is over, for its owner: whether the server must be told, and what to count.
package enum SessionEnd: Equatable, Sendable {
    /// No request came in time. The client is gone; its stream may still be resumed.
    case inactivity
    /// The client said goodbye.
    case terminated
    /// A request broke the rules.
    case fault(Condition)
    /// The owner ended it: what became of the stream.
    case closed(Condition)
}
