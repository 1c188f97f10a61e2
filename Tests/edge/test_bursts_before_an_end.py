"""What was sent before the end of a connection arrives, in whatever burst it came and however slowly it is read."""

import threading
import time

from harness.stream import CLIENT, FRAMING
from harness.upstream import END
from harness.websocket import CLOSE, TEXT, close_payload, encode
from harness.wire import narrow

COUNT = 150


def test_WX_018_PT_004_what_a_server_sent_before_its_end_reaches_a_slow_browser(table):
    browser, stream = table.logged_in()
    narrow(browser.socket.wire.socket)
    stanza = "<message id='%08d'><body>" + "x" * 4000 + "</body></message>"

    def serve() -> None:
        stream.send("".join(stanza % number for number in range(COUNT)) + END)
        stream.close()

    server = threading.Thread(target=serve)
    server.start()
    for number in range(COUNT):
        if number % 20 == 0:
            time.sleep(0.05)  # long enough for the edge to stop reading
        assert browser.receive()["id"] == f"{number:08d}"
    browser.expect(f"{{{FRAMING}}}close")
    server.join()


def test_WX_018_PT_004_a_burst_of_small_stanzas_before_the_end_of_the_connection_arrives_whole(table):
    browser, stream = table.logged_in()
    # One read of the edge's that grows beyond what may wait for a browser, with the end of the connection behind it.
    stream.send("".join(f"<message id='{number:08d}'/>" for number in range(2000)) + END)
    stream.close()
    for number in range(2000):
        assert browser.receive()["id"] == f"{number:08d}"
    browser.expect(f"{{{FRAMING}}}close")


def test_WX_016_PT_004_what_a_browser_sent_before_it_closed_reaches_a_slow_server(table):
    browser, stream = table.logged_in()
    narrow(stream.wire.socket)

    def leave() -> None:
        connection = browser.socket.wire
        for number in range(COUNT):
            connection.send(encode(TEXT, b"<message xmlns='jabber:client' id='%08d'>" % number + b"x" * 4000 + b"</message>"))
        connection.send(encode(TEXT, f"<close xmlns='{FRAMING}'/>".encode()) + encode(CLOSE, close_payload(1000)))
        connection.close()

    leaving = threading.Thread(target=leave)
    leaving.start()
    for number in range(COUNT):
        if number % 20 == 0:
            time.sleep(0.05)
        assert stream.read_element(f"{{{CLIENT}}}message").element.get("id") == f"{number:08d}"
    stream.read_end()
    leaving.join()
