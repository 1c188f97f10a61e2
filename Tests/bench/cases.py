"""What is measured: loads, contenders, and the ratios that the project has set itself."""
from dataclasses import dataclass, field


@dataclass
class Effort:
    repetitions: int
    seconds: float
    idle_sizes: list[int]
    idle_seconds: float
    logins: int

    @staticmethod
    def full() -> "Effort":
        return Effort(repetitions=5, seconds=2, idle_sizes=[1000, 8000], idle_seconds=5, logins=2000)

    @staticmethod
    def quick() -> "Effort":
        return Effort(repetitions=2, seconds=0.8, idle_sizes=[1000], idle_seconds=2, logins=500)


@dataclass
class Case:
    key: str
    title: str
    words: list[str]
    figures: list[str] = field(default_factory=lambda: ["cpu_per_million", "rate", "p50", "p99", "p999"])


# Sessions of a message case: some, so that a turn of a server has more than one thing to do.
SESSIONS = "20"


def messages(size: int, window: int, effort: Effort) -> Case:
    words = ["echo", "--sessions", SESSIONS, "--size", str(size), "--window", str(window), "--warm-up", "300ms",
             "--duration", f"{effort.seconds}s"]
    return Case(f"echo-{size}-{window}", f"{size} bytes, window {window}", words)


def steady(effort: Effort) -> Case:
    words = ["echo", "--sessions", SESSIONS, "--rate", "5000", "--warm-up", "300ms", "--duration", f"{effort.seconds}s"]
    return Case("steady", "200 bytes, 5,000 messages a second (open loop)", words, ["cpu_per_million", "p50", "p99", "p999"])


def logins(effort: Effort) -> Case:
    words = ["connect", "--sessions", str(effort.logins), "--connect-rate", "50000", "--warm-up", "0s", "--duration", "100ms"]
    return Case("logins", f"{effort.logins} logins at once", words, ["logins", "cpu_per_thousand_logins"])


def idle(sessions: int, effort: Effort) -> Case:
    words = ["idle", "--sessions", str(sessions), "--connect-rate", "1500", "--login-timeout", "120s", "--warm-up", "1s",
             "--duration", f"{effort.idle_seconds}s"]
    return Case(f"idle-{sessions}", f"{sessions:,} idle sessions", words, ["memory_per_session", "cpu_share"])


@dataclass
class Target:
    """At most, or at least, so many times the other's; without a limit it is only told."""

    case: str
    figure: str
    one: str
    other: str
    limit: float | None
    at_most: bool = True
    note: str = ""

    def text(self) -> str:
        wanted = "in" if self.limit is None else f"{'at most' if self.at_most else 'at least'} {self.limit:g}"
        note = f" ({self.note})" if self.note else ""
        return f"{self.case}: {self.figure.replace('_', ' ')} of {self.one} {wanted} times that of {self.other}{note}"

    def holds(self, ratio: float) -> bool | None:
        if self.limit is None:
            return None
        return ratio <= self.limit if self.at_most else ratio >= self.limit


# The edge for the exchange that real servers do themselves.
ALONE = "edge before a sink"
TARGETS = [
    Target("echo-200-1", "cpu_per_million", "edge", "nginx", 1.05),
    Target("echo-200-1", "cpu_per_million", "edge", "HAProxy", 1),
    Target("echo-200-16", "cpu_per_million", "edge", "nginx", 2.2),
    Target("echo-2048-16", "cpu_per_million", "edge", "nginx", 0.5),
    Target("logins", "logins", "edge", "nginx", 1, at_most=False),
    Target("logins", "cpu_per_thousand_logins", "edge", "nginx", 1.25),
    Target("servers", "cpu_per_million", "edge WebSocket + Prosody", "Prosody WebSocket", 1),
    Target("servers", "cpu_per_million", "edge BOSH + Prosody", "Prosody BOSH", 0.5),
    Target("servers", "cpu_per_million", "edge WebSocket + ejabberd", "ejabberd WebSocket", None),
    Target("servers", "cpu_per_million", "edge BOSH + ejabberd", "ejabberd BOSH", None),
    Target("servers", "cpu_per_million", "Prosody WebSocket", ALONE, 8, at_most=False, note="it does more: it routes"),
    Target("servers", "cpu_per_million", "ejabberd WebSocket", ALONE, 4, at_most=False, note="it does more: it routes"),
]
# How many times the edge's part in front of a server that server's own WebSocket takes. It is more than in front of a sink: on
# two cores each message finds the edge asleep, and its way there and back out of the caches.
OWN_PART = [("edge WebSocket + Prosody", "Prosody WebSocket"), ("edge WebSocket + ejabberd", "ejabberd WebSocket")]
IDLE_LIMIT = 1024  # bytes of memory of an idle session of the edge
