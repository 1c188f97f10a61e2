/// Tries at the start whether servers that are to get PROXY headers expect them: a wrong setting shows nowhere else, because
/// many servers just say nothing then. Runs beside the server and keeps nobody waiting.
internal import EdgeServer
internal import Foundation

enum SelfTest {
    static func start(_ settings: Settings, _ log: SessionLog) {
        let routes = settings.upstreams.filter { $0.proxyWord != nil }
        guard !routes.isEmpty else { return }
        Thread.detachNewThread {
            for route in routes {
                var probe = UpstreamProbe(route, settings: settings)
                for finding in probe.run() where !finding.isGood { log.warning(finding.sentence) }
            }
        }
    }
}
