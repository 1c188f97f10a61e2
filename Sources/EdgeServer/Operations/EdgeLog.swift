/// Where the server tells what happens. Sessions are told of twice, at their begin and at their end; nothing is told per
/// message, so that a busy server has a quiet log. Knows no format and no destination.
package import Reactor

package protocol EdgeLog: Sendable {
    func sessionBegan(_ session: SessionReport)
    func sessionEnded(_ session: SessionReport, _ reason: EndReason)
    /// Something an operator did or wants to know: a reload, a stop.
    func notice(_ sentence: String)
    /// Something that may need a hand, while the server works on.
    func warning(_ sentence: String)
    /// Something that does not work.
    func problem(_ sentence: String)
}

extension EdgeLog {
    /// New sessions are turned away; `Admission` says when this is worth a line.
    package func refused(_ client: SocketAddress, _ limit: LimitName) {
        warning("new session refused, limits.\(limit.rawValue) is reached, client=\(client.host)")
    }
}
