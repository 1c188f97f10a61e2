/// `xmpp-load <scenario> <url>`: one run, from flags to the exit code.
internal import ArgumentParser
internal import LoadTest

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a scenario against a server (the word run may be left out).",
        discussion:
            "Exit code: 0, 1 for a mistake in the flags or a file that cannot be written, 2 when the run ended early, 3 "
            + "when an expectation is not met.\n\nScenarios:\n"
            + LoadPlan.ScenarioName.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

    @Argument(help: "What the sessions do: \(LoadPlan.ScenarioName.allCases.map(\.rawValue).joined(separator: ", ")).")
    var scenario: LoadPlan.ScenarioName

    @Argument(
        help: ArgumentHelp(
            "Where they connect: ws://host:port/path, http://host:port/path (BOSH) or tcp://host:port; with TLS "
                + "wss://, https://, tls:// from the first byte on, and starttls://."))
    var url: String

    @OptionGroup(title: "Load") var load: LoadOptions
    @OptionGroup(title: "Accounts") var accounts: AccountOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() throws {
        do {
            let expectations = try output.expect.map { try Expectation($0) }
            let plan = try plan()
            try plan.check()
            try DescriptorLimit.raise(for: plan)
            let run = try LoadRun(plan, authorities: try load.authorities())
            let reports = try output.reports()
            let line = ProgressLine(isQuiet: output.quiet)
            run.progress = { line.show(ReportText.progress($0, plan.scenario)) }
            var result = try run.run()
            line.end()
            Machine.describe(&result.tool)
            let outcomes = expectations.map { $0.outcome(result) }
            result.expectations = outcomes
            Output.say(ReportText.summary(result))
            try reports.write(result)
            for missed in outcomes where !missed.isMet {
                Output.remark("xmpp-load: not met: \(missed.condition), \(missed.found)\n")
            }
            if result.stopReason != nil { throw ExitCode(2) }
            if outcomes.contains(where: { !$0.isMet }) { throw ExitCode(3) }
        } catch let failure as ExitCode {
            throw failure
        } catch {
            Output.remark("xmpp-load: \(error)\n")
            throw ExitCode(1)
        }
    }

    private func plan() throws -> LoadPlan {
        var plan = LoadPlan(
            scenario: scenario, target: try Target(url), domain: accounts.domain, accounts: accounts.accounts)
        plan.mechanism = accounts.mechanism
        plan.announces = accounts.presence
        try load.apply(to: &plan)
        return plan
    }
}

extension LoadPlan.ScenarioName: ExpressibleByArgument {}
extension Mechanism: ExpressibleByArgument {}
