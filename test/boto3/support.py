"""What the suite needs besides boto3. The simulator is found by the environment alone."""

import hashlib
import http.client
import http.server
import json
import os
import subprocess
import threading
import uuid
from urllib.parse import urlsplit


def fresh(what):
    """A name that nobody used before."""
    return f"{what}-{uuid.uuid4().hex[:12]}"


def advance(duration):
    """Moves the simulator's time on, as a second terminal would."""
    command = json.loads(os.environ["WAKEFUL_ADVANCE"])
    subprocess.run([*command, duration], check=True, stdout=subprocess.DEVNULL)


def md5_of_attributes(attributes):
    """As the Developer Guide describes it: name, type and value by length, sorted by name."""
    digest = hashlib.md5()

    def add(part):
        digest.update(len(part).to_bytes(4, "big") + part)

    for name in sorted(attributes):
        value = attributes[name]
        add(name.encode())
        add(value["DataType"].encode())
        binary = value.get("BinaryValue")
        digest.update(b"\x01" if binary is None else b"\x02")
        add(value["StringValue"].encode() if binary is None else binary)
    return digest.hexdigest()


class FlakyProxy:
    """Stands between a client and the simulator, and answers the first request with 503."""

    def __init__(self, url):
        self.requests = 0
        target = urlsplit(url)
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                proxy.requests += 1
                if proxy.requests == 1:
                    self.send_response(503)
                    self.send_header("content-length", "0")
                    self.end_headers()
                    return
                connection = http.client.HTTPConnection(target.hostname, target.port)
                connection.request("POST", self.path, body, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
                connection.close()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("date", "connection", "keep-alive", "server"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
