/// When the events of an even flow are due: a constant rate, reached by a linear ramp. A pure function of the event's
/// number; knows no clock and does not care whether anybody kept the pace.
package struct Pace: Sendable, Equatable {
    /// Events a second once the ramp is over; more than 0.
    package let rate: Double
    /// Seconds in which the rate grows from 0.
    package let ramp: Double

    package init(rate: Double, ramp: Double = 0) {
        precondition(rate > 0 && ramp >= 0, "a pace goes forward")
        self.rate = rate
        self.ramp = ramp
    }

    /// How long after the start the event is due; events count from 0.
    package func time(of event: Int) -> Nanoseconds {
        let number = Double(event)
        let inRamp = rate * ramp / 2
        // During the ramp the events up to t are rate * t^2 / (2 * ramp).
        let seconds = number < inRamp ? (number * 2 * ramp / rate).squareRoot() : ramp + (number - inRamp) / rate
        return Nanoseconds(min(seconds, 1e9) * 1e9)
    }

    /// What to do when `done` events are behind us.
    package func next(done: Int, elapsed: Nanoseconds) -> Step {
        let due = time(of: done)
        return due <= elapsed ? .act(intended: due) : .wait(until: due)
    }

    package enum Step: Equatable, Sendable {
        /// The next event should have happened at `intended`; latency counts from there.
        case act(intended: Nanoseconds)
        case wait(until: Nanoseconds)
    }
}
