# SPDX-License-Identifier: Apache-2.0
"""What headless Chromium says to pictures: it gets them from a server here and tells it how each was
decoded."""

import functools
import http.server
import json
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 180  # seconds

PAGE = """<!doctype html><title>decoding</title><script>
(async () => {
  const said = [];
  for (const name of %s) {
    const image = new Image();
    image.src = encodeURI(name);
    try { await image.decode(); } catch (error) { said.push(`${name}: ${error}`); }
  }
  await fetch('/said', { method: 'POST', body: JSON.stringify(said) });
})();
</script>"""


class Handler(http.server.SimpleHTTPRequestHandler):
    page: str
    said: "queue.Queue[list[str]]"

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        body = self.page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.said.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *values: object) -> None:
        pass


def find_program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def complaints(program: str, folder: pathlib.Path, files: Sequence[pathlib.Path]) -> list[str]:
    """`files`: of that folder."""
    names = [path.name for path in files]
    handler = type("Given", (Handler,), {"page": PAGE % json.dumps(names), "said": queue.Queue()})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
             f"http://127.0.0.1:{server.server_port}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return handler.said.get(timeout=PATIENCE)
        except queue.Empty:
            return [f"no answer within {PATIENCE} s"]
        finally:
            browser.terminate()
            browser.wait()
            server.shutdown()
