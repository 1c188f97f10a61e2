"""Proves of every check that it catches a violation and leaves right code alone."""

import unittest

import bans
import conformance
import layers
import page
import sizes


def target(name, sources, dependencies=(), kind="library", path=None):
    return {
        "name": name, "c99name": name.replace("-", "_"), "type": kind, "module_type": "SwiftTarget",
        "path": path or f"Sources/{name}", "sources": list(sources), "target_dependencies": list(dependencies),
    }


class Layers(unittest.TestCase):
    def findings(self, targets, texts):
        return layers.check(targets, lambda target, source: texts[source])

    def test_right_imports_pass(self):
        targets = [target("Bytes", ["b"]), target("HTTPWire", ["h"], ["Bytes"])]
        self.assertEqual(self.findings(targets, {"b": "", "h": "package import Bytes\n"}), [])

    def test_a_skip_level_import_is_found(self):
        targets = [
            target("Bytes", ["b"]), target("Crypto", ["c"], ["Bytes"]), target("WebSocketWire", ["w"], ["Crypto"]),
        ]
        texts = {"b": "", "c": "import Bytes", "w": "import Crypto\n@preconcurrency internal import struct Bytes.Buffer"}
        self.assertEqual(
            self.findings(targets, texts),
            ["Sources/WebSocketWire/w: imports Bytes, which is not a direct dependency of WebSocketWire"])

    def test_a_forbidden_edge_in_the_package_is_found(self):
        targets = [target("HTTPWire", ["h"]), target("Reactor", ["r"], ["HTTPWire"])]
        self.assertEqual(
            self.findings(targets, {"h": "", "r": ""}), ["Package.swift: Reactor must not depend on HTTPWire"])

    def test_glibc_and_foundation_below_their_rooms_are_found(self):
        targets = [target("XMPPWire", ["x"]), target("EdgeServer", ["e"]), target("xmpp-edge", ["p"])]
        texts = {"x": "import Glibc", "e": "import Foundation", "p": "import Foundation"}
        self.assertEqual(len(self.findings(targets, texts)), 2)

    def test_a_second_importer_of_a_c_library_is_found(self):
        c_library = {"name": "CXML2", "c99name": "CXML2", "type": "system-target", "path": "Sources/CXML2", "sources": []}
        targets = [c_library, target("XMPPWire", ["x"], ["CXML2"]), target("EdgeServer", ["e"], ["CXML2"])]
        found = self.findings(targets, {"x": "import CXML2", "e": "import CXML2"})
        self.assertIn("CXML2: imported by EdgeServer, XMPPWire; allowed are 1", found)

    def test_an_unknown_room_and_an_unknown_module_are_found(self):
        found = self.findings([target("Utils", ["u"])], {"u": "import Dispatch"})
        self.assertEqual(len(found), 2)

    def test_a_comment_is_no_import(self):
        self.assertEqual(layers.imports_of("// import Glibc\nlet text = \"import Glibc\"\n"), [])


class Bans(unittest.TestCase):
    def test_each_banned_construct_is_found(self):
        for text in [
            "final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1", "let a = try! b()",
            "let a = b as! C", "fatalError(\"x\")", "@testable import Bytes", "print(1)",
        ]:
            self.assertEqual(len(bans.check("Sources/Bytes/A.swift", text)), 1, text)

    def test_comments_and_strings_are_no_code(self):
        self.assertEqual(bans.check("Sources/Bytes/A.swift", '// try! this\nlet a = "fatalError("\n/* print( */'), [])

    def test_programs_may_print(self):
        self.assertEqual(bans.check("Sources/xmpp-edge/Main.swift", "print(1)"), [])


class Sizes(unittest.TestCase):
    LONG = "\n".join(["    x += 1"] * 61)

    def test_a_long_file_is_found(self):
        self.assertEqual(len(sizes.check("Sources/A.swift", "let a = 1\n" * 601)), 1)

    def test_a_long_function_is_found_in_each_language(self):
        self.assertEqual(len(sizes.check("A.swift", "func f(\n    a: Int\n) -> Int {\n" + self.LONG + "\n}\n")), 1)
        self.assertEqual(len(sizes.check("A.swift", "struct A {\n  init() {\n" + self.LONG + "\n}\n}\n")), 1)
        self.assertEqual(len(sizes.check("a.mjs", "export function f(a) {\n" + self.LONG + "\n}\n")), 1)
        self.assertEqual(len(sizes.check("a.mjs", "class A {\n  async f(a) {\n" + self.LONG + "\n  }\n}\n")), 1)
        self.assertEqual(len(sizes.check("a.py", "def f():\n    x = 0\n" + self.LONG + "\n")), 1)

    def test_a_long_type_of_short_functions_passes(self):
        self.assertEqual(sizes.check("A.swift", "struct A {\n" + "func f() { }\n" * 200 + "}\n"), [])

    def test_a_marked_function_passes(self):
        text = "// long: one switch over all states\nfunc f() {\n" + self.LONG + "\n}\n"
        self.assertEqual(sizes.check("A.swift", text), [])

    def test_braces_in_strings_do_not_count(self):
        text = 'func f() { let a = "}" ; let b = "{" }\n' + "let c = 1\n" * 100
        self.assertEqual(sizes.check("A.swift", text), [])


class Page(unittest.TestCase):
    def test_each_violation_is_found(self):
        for name, text in [
            ("public/a.mjs", "node.innerHTML = text"), ("public/a.mjs", "node.insertAdjacentHTML('x', y)"),
            ("public/a.mjs", "eval(text)"), ("public/a.mjs", "node.setAttribute('style', x)"),
            ("public/a.mjs", "new DOMParser()"), ("public/a.mjs", "localStorage.setItem('password', p)"),
            ("public/a.mjs", "export default 1"), ("public/a.mjs", "import { a } from 'lodash'"),
            ("public/a.html", "<script>go()</script>"), ("public/a.html", "<p style='x'>"),
            ("public/a.html", "<p onclick='x'>"), ("public/a.html", "<a href='javascript:x'>"),
            ("public/a.html", "<link href='https://example.org/a.css'>"), ("public/a.css", "@import 'x.css'"),
        ]:
            self.assertEqual(len(page.check(name, text)), 1, text)

    def test_right_code_passes(self):
        text = "// never innerHTML\nnode.textContent = text\nimport { a } from './a.mjs'\nconst ns = 'http://jabber.org/x'\n"
        self.assertEqual(page.check("public/a.mjs", text), [])
        self.assertEqual(page.check("public/a.html", "<script type='module' src='app.mjs'></script>"), [])


class Conformance(unittest.TestCase):
    LIST = (
        "| WS-001 | MUST | s | r | t |\n| WS-002 | MUST | s | r | t |\n"
        "| BO-001 | MUST | s | r | t |\n| WX-001 | MUST NOT | s | r | t |\n"
    )

    def test_ids_are_read_from_names_of_all_kinds(self):
        self.assertEqual(conformance.ids_in_swift('@Test("WS-001, WS-002: both") func a() {}'), {"WS-001", "WS-002"})
        self.assertEqual(conformance.ids_in_swift('@Test(\n  "WS-001: a", arguments: x)'), {"WS-001"})
        self.assertEqual(conformance.ids_in_swift('// WS-001: a remark'), set())
        self.assertEqual(conformance.ids_in_python("def test_WX_016_WX_018_close(edge):"), {"WX-016", "WX-018"})
        self.assertEqual(conformance.ids_in_script("test('WX-016: closes', () => {"), {"WX-016"})

    def test_what_is_later_is_read_from_the_list(self):
        text = "| BO | later: BOSH |\n| UP-002, UP-003 | later: TLS |\n| WS-001 | MUST | s | r | t |\n"
        self.assertEqual(conformance.later_of(text), {"BO": "BOSH", "UP-002": "TLS", "UP-003": "TLS"})

    def test_an_uncovered_row_of_a_section_that_is_due_fails(self):
        rows = conformance.rows_of(self.LIST)
        self.assertEqual(conformance.missing(rows, {"WS-001", "WX-001"}, later={"BO": "later"}), ["WS-002"])
        self.assertEqual(conformance.missing(rows, {"WS-001", "WS-002", "WX-001"}, later={"BO": "later"}), [])

    def test_an_id_that_is_in_no_row_is_found(self):
        self.assertEqual(conformance.unknown(conformance.rows_of(self.LIST), {"WS-001", "WS-999"}), ["WS-999"])


if __name__ == "__main__":
    unittest.main()
