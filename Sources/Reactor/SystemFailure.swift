/// A system call that failed: which, and the error number. Does not know what the caller wanted.
internal import Glibc

public struct SystemFailure: Error, Equatable, CustomStringConvertible {
    public let call: String
    public let code: Int32

    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    public var description: String {
        "\(call): \(reason)"
    }

    /// The error number in words, as strerror(3) has it.
    package var reason: String {
        Self.reason(code)
    }

    package static func reason(_ code: Int32) -> String {
        String(cString: strerror(code))
    }

    /// The failure of a bind to an address that another program has.
    package static let addressInUse = SystemFailure(call: "bind", code: EADDRINUSE)

    package var isAddressInUse: Bool { code == EADDRINUSE }
    package var isPermissionDenied: Bool { code == EACCES || code == EPERM }
    /// Nothing is left here to connect with: descriptors, memory, or ports of our own.
    package var isExhaustion: Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL].contains(code) }
    package var isAddressUnavailable: Bool { code == EADDRNOTAVAIL }

    /// `result`, or the failure that errno holds when it is negative.
    static func check(_ call: StaticString, _ result: Int32) throws(SystemFailure) -> Int32 {
        guard result >= 0 else { throw SystemFailure(call: "\(call)", code: errno) }
        return result
    }
}
