/// Which condition of XEP-0124 section 17.2 stands for a failure of the stream. Knows words of both sides; ends nothing.
internal import BOSHWire
internal import XMPPWire

extension StreamFailure {
    var boshCondition: Condition {
        switch reason {
        case .upstreamUnreachable, .upstreamNoHeader, .upstreamInsecure, .upstreamLost, .upstreamMalformed:
            return .remoteConnectionFailed
        default: break
        }
        switch condition {
        case .hostUnknown: return .hostUnknown
        case .hostGone: return .hostGone
        case .improperAddressing: return .improperAddressing
        case .internalServerError: return .internalServerError
        case .policyViolation, .connectionTimeout: return .policyViolation
        // Clients take it for a server that is not there for now, and come back.
        case .resourceConstraint: return .remoteConnectionFailed
        default: return .badRequest
        }
    }
}
