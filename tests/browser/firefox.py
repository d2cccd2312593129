"""Firefox, driven by WebDriver BiDi: Playwright's own protocol needs a Firefox of its own make."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from visits import ELSEWHERE
from websocket import WebSocket, create_connection

PATIENCE = 180  # seconds; a machine that is busy with other tests starts Python in a minute
LISTENING = "WebDriver BiDi listening on "
KEYS = {"Control": "\ue009", "Shift": "\ue008", "Enter": "\ue006", "Tab": "\ue004"}
KEYS |= {"Escape": "\ue00c", "ArrowRight": "\ue014"}


class Firefox:
    """One tab of a Firefox, and what its pages complained about."""

    def __init__(self, socket: WebSocket) -> None:
        self.complaints: list[str] = []
        self._socket, self._asked = socket, 0
        self.do("session.new", capabilities={})
        self.tab = self.do("browsingContext.getTree")["contexts"][0]["context"]
        events = ["log.entryAdded", "network.beforeRequestSent", "network.responseCompleted"]
        self.do("session.subscribe", events=events)

    def do(self, method: str, **params: Any) -> Any:
        """Give a command and return its result; hear what happens meanwhile."""
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            heard = json.loads(self._socket.recv())
            if heard["type"] == "event":
                self._note(heard["method"], heard["params"])
            elif heard.get("id") == self._asked:
                assert heard["type"] == "success", (method, heard)
                return heard["result"]

    def _note(self, event: str, params: Any) -> None:
        """Remember a complaint, as `visits.watch` does."""
        if event == "log.entryAdded":
            if params["level"] in {"error", "warn"}:
                self.complaints.append(f"console {params['level']}: {params['text']}")
            return
        url = params["request"]["url"]
        if event == "network.beforeRequestSent" and ELSEWHERE.match(url):
            self.complaints.append(f"asked another host: {url}")
        if event == "network.responseCompleted" and params["response"]["status"] >= 400:
            self.complaints.append(f"status {params['response']['status']}: {url}")

    def open(self, url: str) -> None:
        """Go to a page and wait until it is loaded."""
        self.do("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript in the page, or what it promises."""
        said = self.do(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self.tab},
            awaitPromise=True,
        )
        assert said["type"] == "success", (expression, said)
        return json.loads(said["result"]["value"])

    def wait(self, expression: str) -> Any:
        """Return the value of an expression as soon as it is true."""
        end = time.monotonic() + PATIENCE
        while not (value := self.evaluate(expression)):
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.1)
        return value

    def hear(self, complaint: str) -> None:
        """Wait until there is a complaint; it may come after what has caused it."""
        end = time.monotonic() + PATIENCE
        while complaint not in self.complaints:
            assert time.monotonic() < end, f"never heard: {complaint}"
            self.evaluate("0")

    def element(self, expression: str) -> Any:
        """Return a reference to the element that an expression gives."""
        target = {"context": self.tab}
        said = self.do("script.evaluate", expression=expression, target=target, awaitPromise=False)
        assert said.get("result", {}).get("type") == "node", (expression, said)
        return {"sharedId": said["result"]["sharedId"]}

    def click(self, expression: str) -> None:
        """Click the element that an expression gives with the mouse, where it is seen."""
        self.evaluate(f"({expression}).scrollIntoView({{block: 'center'}})")
        element = self.element(expression)
        actions = [
            {
                "type": "pointerMove",
                "x": 0,
                "y": 0,
                "origin": {"type": "element", "element": element},
            },
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": actions})

    def type(self, text: str) -> None:
        """Press the keys that type a text."""
        for character in text:
            self.press(KEYS["Enter"] if character == "\n" else character)

    def press(self, keys: str) -> None:
        """Press keys together, such as "Control+a"."""
        names = [KEYS.get(key, key) for key in (keys.split("+") if len(keys) > 1 else [keys])]
        down = [{"type": "keyDown", "value": key} for key in names]
        up = [{"type": "keyUp", "value": key} for key in reversed(names)]
        self._act({"type": "key", "id": "keyboard", "actions": [*down, *up]})

    def _act(self, source: dict[str, Any]) -> None:
        self.do("input.performActions", context=self.tab, actions=[source])


@contextmanager
def running(program: str, profile: Path) -> Iterator[Firefox]:
    """Start a Firefox with a profile of its own, and end it."""
    command = [program, "--headless", "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(
        [*command, "--remote-debugging-port", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        lines = (line.strip() for line in process.stderr)
        address = next((line for line in lines if line.startswith(LISTENING)), "")
        assert address, f"{program} ended without a word of WebDriver BiDi"
        address = address.removeprefix(LISTENING)
        socket = create_connection(f"{address}/session", suppress_origin=True, timeout=PATIENCE)
        try:
            yield Firefox(socket)
        finally:
            socket.close()
    finally:
        process.terminate()
        process.communicate()
