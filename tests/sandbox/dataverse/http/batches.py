"""Bodies of ``$batch`` as a client writes them, and what comes back, part by part."""

from __future__ import annotations

import email
import json
from typing import Any

import requests

from tests.sandbox.conftest import Caller

ROOT = "/api/data/v9.2/"


def request_text(method: str, path: str, body: Any = None, **headers: str) -> str:
    named = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body is None:
        return "\r\n".join([f"{method} {ROOT}{path} HTTP/1.1", "Accept: application/json", *named, "", ""])
    head = [f"{method} {ROOT}{path} HTTP/1.1", "Content-Type: application/json; type=entry", *named, ""]
    return "\r\n".join([*head, json.dumps(body)])


def part(text: str, content_id: str = "") -> str:
    head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id:
        head.append(f"Content-ID: {content_id}")
    return "\r\n".join([*head, "", text])


def change_set(*parts: str) -> str:
    return "Content-Type: multipart/mixed; boundary=cs\r\n\r\n" + joined("cs", parts)


def joined(boundary: str, parts: tuple[str, ...]) -> str:
    return "".join(f"--{boundary}\r\n{text}\r\n" for text in parts) + f"--{boundary}--\r\n"


def send(call: Caller, *parts: str, body: str = "", **headers: str) -> requests.Response:
    return call.http.post(
        f"{call.root}$batch",
        data=(body or joined("batch_1", parts)).encode(),
        headers={"Content-Type": "multipart/mixed; boundary=batch_1", **headers},
        timeout=30,
    )


def answers(response: requests.Response) -> list[tuple[int, dict[str, str], Any]]:
    """Status, headers and body of every part, change sets laid open. Read by the standard library's parser."""
    head = f"Content-Type: {response.headers['Content-Type']}\r\n\r\n".encode()
    found = []
    for leaf in email.message_from_bytes(head + response.content).walk():
        if leaf.get_content_type() == "application/http":
            line, _, rest = leaf.get_payload().replace("\r\n", "\n").partition("\n")
            inner = email.message_from_string(rest)
            body = inner.get_payload().strip()
            headers = {**dict(inner.items()), "Content-ID": leaf.get("Content-ID", "")}
            found.append((int(line.split()[1]), headers, json.loads(body) if body else None))
    return found
