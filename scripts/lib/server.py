"""Odoo's web server as a process, and whether it really answers."""

import http.cookiejar
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from lib import process, say

STARTING = 180
STOPPING = 30
ASSET = re.compile(r'(?:src|href)="(/web/assets/[^"]+\.(?:js|css))"')
TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
SMALLEST_ASSET = 500


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Browser:
    """The least of a browser: cookies, pages, and the scripts and styles that they name."""

    def __init__(self, url: str) -> None:
        self.url = url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        # Without a proxy: this is this machine.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def get(self, path: str, form: dict[str, str] | None = None) -> tuple[str, bytes]:
        """Where it led, and what came."""
        data = urllib.parse.urlencode(form).encode() if form else None
        with self.opener.open(self.url + path, data, timeout=STARTING) as answer:
            return answer.geturl(), answer.read()

    def page(self, path: str, form: dict[str, str] | None = None) -> tuple[str, str, int]:
        """Where it led, its text, and the bytes of its scripts and styles, all of them fetched."""
        place, content = self.get(path, form)
        text = content.decode()
        total = 0
        for asset in sorted(set(ASSET.findall(text))):
            body = self.get(asset)[1]
            if len(body) < SMALLEST_ASSET:
                say.fail(f"{asset} has only {len(body)} bytes")
            total += len(body)
        if not total:
            say.fail(f"{path} names no scripts or styles")
        return place, text, total


def wait_until_ready(url: str, server: subprocess.Popen, login: str, password: str) -> bool:
    """Waits until the login page and its assets come, then logs in; whether that worked."""
    browser = Browser(url)
    deadline = time.monotonic() + STARTING
    while True:
        if server.poll() is not None:
            say.fail("Odoo ended while it started")
        try:
            _place, text, _total = browser.page("/web/login")
            break
        except (OSError, urllib.error.URLError) as problem:
            if time.monotonic() > deadline:
                say.fail(f"Odoo does not answer on {url}: {problem}")
            time.sleep(0.3)
    token = TOKEN.search(text)
    form = {"login": login, "password": password, "csrf_token": token[1] if token else ""}
    place, _text = browser.get("/web/login", form)
    if "/web/login" in place:
        return False
    browser.page("/odoo")
    return True


def stop(server: subprocess.Popen) -> None:
    """Ends Odoo, kindly first."""
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
    try:
        server.wait(STOPPING)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def failure(log: Path) -> str:
    """The end of the log, for a server that ended by itself."""
    return f"The end of {log}:\n{process.tail(log)}"
