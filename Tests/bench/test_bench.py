"""The arithmetic and the tables of the measurements, without measuring."""
import unittest
from unittest import mock

import cases
import contenders
import measure
import report
import run
import scale


def results(**figures) -> list[dict]:
    """One repetition for each value."""
    return [dict(zip(figures, values, strict=True)) for values in zip(*figures.values(), strict=True)]


class Arithmetic(unittest.TestCase):
    def test_the_ratio_is_the_median_of_those_within_one_repetition(self):
        found = {"edge": results(cpu=[2, 30, 4]), "nginx": results(cpu=[1, 10, 4])}
        self.assertEqual(measure.median_ratio(found, "cpu", "edge", "nginx"), 2)

    def test_a_contender_that_was_not_measured_gives_no_ratio(self):
        self.assertIsNone(measure.median_ratio({"edge": results(cpu=[2])}, "cpu", "edge", "nginx"))

    def test_each_repetition_begins_with_another(self):
        order = []
        everybody = [contenders.Contender(name, "ws://h", []) for name in "abc"]
        with mock.patch.object(measure, "run", lambda contender, _: order.append(contender.name)), \
                mock.patch.object(measure, "figures", lambda _: {}):
            measure.interleaved(everybody, [], 3)
        self.assertEqual("".join(order), "abcbcacab")

    def test_figures_are_for_each_message_and_each_session(self):
        result = {
            "deliveredPerSecond": 100, "loginsPerSecond": 5, "failures": {"dropped": 2}, "sessionsStanding": 10, "delivered": 500,
            "latency": {"p50": 1e6, "p99": 2e6, "p999": 3e6, "max": 4e6}, "logins": {"count": 20}, "plan": {"duration": 5},
            "watched": {"cpu": 0.5, "cpuOfEach": [0.4, 0.1], "openingCPU": 0.02, "memoryBefore": 1000, "memoryAfter": 21000}}
        figures = measure.figures(result)
        self.assertAlmostEqual(figures["cpu_per_million"], 1000)
        self.assertAlmostEqual(figures["cpu_of_each_per_million"][1], 200)
        self.assertAlmostEqual(figures["cpu_per_thousand_logins"], 1)
        self.assertAlmostEqual(figures["memory_per_session"], 2000)
        self.assertAlmostEqual(figures["cpu_share"], 0.1)

    def test_a_target_holds_up_to_its_limit(self):
        at_most = cases.Target("c", "f", "a", "b", 1.05)
        at_least = cases.Target("c", "f", "a", "b", 4, at_most=False)
        self.assertTrue(at_most.holds(1.05) and not at_most.holds(1.06))
        self.assertTrue(at_least.holds(4) and not at_least.holds(3.9))

    def test_without_a_limit_a_ratio_is_only_told(self):
        told = cases.Target("c", "f_g", "a", "b", None, note="n")
        self.assertIsNone(told.holds(5))
        self.assertEqual(told.text(), "c: f g of a in times that of b (n)")

    def test_all_sessions_have_a_place_and_none_too_many(self):
        with mock.patch("resource.getrlimit", lambda _: (1024, 20000)):
            parts = scale.plan(60000)
        self.assertEqual(sum(parts), 60000)
        self.assertLessEqual(max(parts), 8971)


class Reports(unittest.TestCase):
    def whole(self) -> dict:
        figures = {"cpu_per_million": [2, 3], "rate": [10, 20], "p50": [1e-5, 1e-5], "p99": [1e-3, 1e-3], "p999": [1, 1]}
        found = {"echo-200-1": {"title": "a <title>", "figures": list(figures), "results": {
            "edge": results(**figures), "nginx": results(**{**figures, "cpu_per_million": [1, 1]}),
            "no proxy": results(rate=[1, 2], p50=[1, 1], p99=[1, 1], p999=[1, 1])}}}
        machine = dict.fromkeys(("date", "processor", "processors", "kernel", "nginx", "haproxy", "prosody", "ejabberd"), "x")
        return {"machine": machine, "cases": found, "targets": run.judge(found)}

    def test_the_table_has_medians_and_ratios(self):
        text = report.text(self.whole())
        self.assertRegex(text, r"edge +2\.50 +15 +10 us +1\.0 ms +1\.00 s +2\.50")
        self.assertRegex(text, r"no proxy +- +2 ")
        self.assertRegex(text, r"MISSED +2\.50  echo-200-1: cpu per million of edge at most 1\.05 times that of nginx")

    def test_the_page_needs_nothing_from_outside(self):
        page = report.page(self.whole())
        for outside in ("http:", "https:", "src=", "@import"):
            self.assertNotIn(outside, page)
        self.assertIn("a &lt;title&gt;", page)


if __name__ == "__main__":
    unittest.main()
