/// Why the server could not start, in a sentence an operator can act on. Knows errors of sockets and names; not which flag
/// would help.
internal import Reactor

package enum StartFailure {
    package static func sentence(_ error: any Error) -> String {
        switch error {
        case let failure as BindFailure: failure.sentence
        case let failure as SecurityMaterial.Failure: failure.description
        case let failure as ResolveFailure: "\(failure.host) cannot be found: \(failure.reason)"
        case let failure as SystemFailure: "the system refused: \(failure)"
        default: "\(error)"
        }
    }
}

extension BindFailure {
    package var sentence: String {
        switch cause {
        case let failure as ResolveFailure: "cannot listen on \(address): \(failure.reason)"
        case is NoSuchSocket: "cannot listen on \(address): systemd has passed on no such socket"
        case let failure as SystemFailure: "cannot listen on \(address): \(Self.words(failure))"
        default: "cannot listen on \(address): \(cause)"
        }
    }

    /// Another address would do.
    package var isTaken: Bool {
        (cause as? SystemFailure)?.isAddressInUse == true
    }

    private static func words(_ failure: SystemFailure) -> String {
        if failure.isAddressInUse { return "address already in use" }
        if failure.isAddressUnavailable { return "this machine has no such address" }
        if failure.isPermissionDenied { return "permission denied; ports below 1024 and foreign folders need rights" }
        return failure.reason
    }
}
