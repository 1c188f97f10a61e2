/// `xmpp-edge check`: are these settings valid, and do the servers answer?
internal import ArgumentParser
internal import EdgeServer
internal import Foundation

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the settings, open a stream to each XMPP server and say what was found.",
        discussion: "Takes the same flags, variables and file. Exits with 0 when all is well, else with 1.")

    @OptionGroup var options: SettingsOptions

    func run() throws {
        let settings = try options.settingsOrExit()
        print("The settings are valid.")
        var areGood = checkFiles(of: settings)
        for problem in settings.clearnessOfNames() {
            print("FAIL \(problem)")
            areGood = false
        }
        for route in settings.upstreams {
            var probe = UpstreamProbe(route, settings: settings)
            let findings = probe.run()
            for step in probe.steps { print("     \(step)") }
            for finding in findings {
                print("\(finding.isGood ? "ok  " : "FAIL") \(finding.sentence)")
                areGood = areGood && finding.isGood
            }
        }
        if !areGood { throw ExitCode(1) }
    }

    /// Certificates and keys: whether they can be used, and whether browsers will take them.
    private func checkFiles(of settings: Settings) -> Bool {
        do throws(SecurityMaterial.Failure) {
            let material = try SecurityMaterial(settings)
            for sentence in material.summary(settings.tls) { print("ok   \(sentence)") }
            let fatal = material.findings(settings.tls, now: Int(Date.now.timeIntervalSince1970)).filter(\.isFatal)
            for finding in fatal { print("FAIL \(finding.sentence)") }
            let warnings = settings.warnings().filter { warning in !fatal.contains { $0.sentence == warning } }
            for warning in warnings + material.strangers(settings.tls) { print("warning: \(warning)") }
            return fatal.isEmpty
        } catch {
            for warning in settings.warnings() { print("warning: \(warning)") }
            print("FAIL \(error.description)")
            return false
        }
    }
}
