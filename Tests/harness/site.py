"""Serves pages of our own and the JavaScript that Debian installs, from another origin than the edge."""

import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

INSTALLED = "/usr/share/javascript"


class _Handler(SimpleHTTPRequestHandler):
    """Folders of Debian's below their own path; everything else is one of the pages."""

    server: "Site"

    def do_GET(self) -> None:
        page = self.server.pages.get(urlsplit(self.path).path)
        if page is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        pass


class Site(ThreadingHTTPServer):
    """`pages` maps paths to HTML."""

    daemon_threads = True

    def __init__(self, pages: dict[str, str]):
        super().__init__(("127.0.0.1", 0), lambda *args: _Handler(*args, directory=INSTALLED))
        self.pages = {path: text.encode() for path, text in pages.items()}
        self.origin = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
