# SPDX-License-Identifier: Apache-2.0
"""Drives Chromium through its DevTools pipe and checks the page of `contextvars view`: page.py PAGE FOLDER.

Screenshots go to the folder.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

WIDTH, HEIGHT = 1440, 900


class Browser:
    """A headless Chromium with one page; messages are JSON, ended by a zero byte, on descriptors 3 and 4."""

    def __init__(self, folder):
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        # A process of Chromium's may still write there when the browser itself has ended.
        self.profile = tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True)

        def connect():
            low, high = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(low, 3)
            os.dup2(high, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             "--force-device-scale-factor=1", f"--user-data-dir={os.path.abspath(self.profile.name)}",
             f"--window-size={WIDTH},{HEIGHT}", "about:blank"],
            preexec_fn=connect, close_fds=False, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.reader, self.writer = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
        self.buffer, self.number, self.session = b"", 0, None
        self.complaints, self.requests = [], []
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.writer.write(json.dumps(message).encode() + b"\0")
        self.writer.flush()
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.note(answer)

    def receive(self):
        while b"\0" not in self.buffer:
            part = self.reader.read1(65536)
            if not part:
                raise RuntimeError("Chromium has ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def note(self, event):
        method, parameters = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(parameters["exceptionDetails"])
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.complaints.append(parameters["args"])
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.complaints.append(parameters["entry"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, timeout=60_000)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait_for(self, expression, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = self.evaluate(expression)
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"never true: {expression}")

    def press(self, key, shift=False):
        text = key if len(key) == 1 else None
        codes = {"Enter": 13, "Escape": 27}
        for kind in ["keyDown", "keyUp"]:
            event = {"type": kind, "key": key, "modifiers": 8 if shift else 0}
            if key in codes:
                event["windowsVirtualKeyCode"] = codes[key]
            if text and kind == "keyDown":
                event["text"] = text
            self.call("Input.dispatchKeyEvent", **event)
        self.settle()

    def click(self, x, y):
        for kind in ["mousePressed", "mouseReleased"]:
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.settle()

    def settle(self):
        """Two frames: what was asked for has been drawn."""
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def screenshot(self, path):
        self.settle()
        data = self.call("Page.captureScreenshot", format="png")["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.profile.cleanup()


def check(page, folder):
    browser = Browser(folder)
    try:
        url = pathlib.Path(page).as_uri()
        start = time.monotonic()
        browser.call("Page.navigate", url=url)
        browser.wait_for("document.documentElement?.dataset.drawn")
        print(f"Loaded and drawn in {time.monotonic() - start:.1f} s")
        events = browser.evaluate("app.model.count")
        assert events >= 100_000, events
        browser.screenshot(f"{folder}/overview.png")

        check_durations(browser)
        check_chains(browser)
        check_snapshots(browser)
        check_lost_value(browser, folder)
        check_search_and_way(browser, folder)
        check_pointer(browser)
        check_speed(browser)
        check_dark(browser, folder)

        others = [request for request in browser.requests if request != url and not request.startswith("data:")]
        assert not others, others
        assert not browser.complaints, browser.complaints
        print("No console error, and nothing fetched")
    finally:
        browser.close()


def heading(browser):
    return browser.evaluate("document.querySelector('#panel h2').textContent")


def check_durations(browser):
    written = browser.evaluate("[7, 120, 819.4, 1500, 360000, 999600, 2000000, 61e9].map(formatDuration)")
    assert written == ["7 ns", "120 ns", "819 ns", "1.5 µs", "360 µs", "1,000 µs", "2 ms", "61 s"], written


def check_chains(browser):
    """A long chain of copies, of which the first is a copy of the last, has one family, and values can be looked up in it."""
    for order in ["made first", "made last"]:
        families = browser.evaluate("""(() => {
            const ids = Array.from({ length: 100000 }, (_, index) => index + 1);
            if ("%s" === "made last") ids.reverse();
            const parentOf = (id) => id === 1 ? ids.length : id - 1;
            const none = ids.map(() => 0), raw = { kinds: ["copied"], strings: [], lanes: [[1, 1, 0]] };
            for (const column of ["k", "f", "n", "v", "via", "peer", "at"]) raw[column] = none;
            const model = readModel(Object.assign(raw, { t: ids, l: ids.map(() => 1), c: ids, p: ids.map(parentOf) }));
            valuesAt(model, ids.at(-1), ids.length - 1);
            return [...new Set(model.family)];
        })()""" % order)
        assert len(families) == 1 and families != [0], families[:9]
    print("Long chains of copies, and a cycle, have one family")


def check_snapshots(browser):
    """A snapshot is no context: it is of the family that its values are from, as is what arrives by it, and has no number."""
    family, told = browser.evaluate("""(() => {
        const raw = {
            kinds: ["made", "copied", "handover", "arrived", "sent"], strings: [], lanes: [[1, 0, 0]],
            k: [0, 1, 2, 3, 3, 4], t: [1, 2, 3, 4, 5, 6], l: [1, 1, 1, 1, 1, 1],
            c: [8, 0, 8, 9, 0, 9], p: [0, 8, 0, 0, 0, 0], f: [0, 0, 5, 5, 6, 0],
        };
        for (const column of ["n", "v", "via", "peer", "at"]) raw[column] = raw.k.map(() => 0);
        const model = readModel(raw);
        return [[...model.family], raw.k.map((_, event) => describeEvent(model, event))];
    })()""")
    assert family == [8, 8, 8, 8, 0, 8], family
    assert told == [
        "made context 7", "copied context 7", "handed over by a copy", "arrived as context 8", "arrived", "sent values"
    ], told
    print("Snapshots are no contexts")


def check_lost_value(browser, folder):
    losses = browser.evaluate("app.model.losses.length")
    assert losses > 0
    first = browser.evaluate("document.querySelector('#panel .loss').textContent")
    assert "request.id" in first and "DispatchQueue.async" in first, first
    browser.evaluate("document.querySelector('#panel .loss').click()")
    browser.settle()
    assert heading(browser) == "request.id lost", heading(browser)
    details = browser.evaluate("document.querySelector('#panel .callout').textContent")
    assert "Lost here" in details and ".swift:" in details, details
    browser.screenshot(f"{folder}/lost.png")
    lost_at = browser.evaluate("app.view.selected")
    browser.press("h")
    assert heading(browser) == "handed over by DispatchQueue.async", heading(browser)
    assert "r-" in browser.evaluate("document.querySelector('#panel').textContent")
    browser.press("Enter")
    assert browser.evaluate("app.view.selected") == lost_at
    browser.press("l")
    assert heading(browser) == "request.id lost" and browser.evaluate("app.view.selected") > lost_at
    browser.press("L", shift=True)
    assert browser.evaluate("app.view.selected") == lost_at
    browser.press("Escape")
    assert browser.evaluate("app.view.selected") == -1
    print(f"A lost value of {losses} leads to its handover, and back")


def check_search_and_way(browser, folder):
    browser.press("/")
    assert browser.evaluate("document.activeElement.id") == "query"
    for character in "request.id=r-17":
        browser.press(character)
    assert browser.evaluate("app.found.length") == 1, browser.evaluate("app.found.length")
    browser.press("Enter")
    assert heading(browser) == "request.id = r-17", heading(browser)
    browser.press("Escape")
    everything = browser.evaluate("app.view.layout.rowOfLane.size")
    browser.press("f")
    shown = browser.evaluate("app.view.layout.rowOfLane.size")
    assert 1 < shown < 40 < everything, (shown, everything)
    assert browser.evaluate(
        "app.view.layout.rows.every((row) => row.heading || row.depths.flat().every((span) => span.family === app.view.focus))")
    browser.screenshot(f"{folder}/request.png")
    browser.press("f")
    assert browser.evaluate("app.view.layout.rowOfLane.size") == everything
    browser.press("Escape")
    print(f"A search for request.id=r-17 finds its whole way: {shown} of {everything} tasks and threads")


def check_pointer(browser):
    """A click on a diamond selects the loss that is drawn there."""
    place = browser.evaluate(
        """(() => {
            app.select(app.model.losses[5], true); app.select(-1);
            return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
                const { view } = app, box = app.chart.getBoundingClientRect();
                const x = (time) => gutter + (time - view.from) / (view.to - view.from) * (view.width - gutter);
                const point = eventPoint(view, app.model.losses[5], x);
                done([box.left + point.x, box.top + point.y]);
            })));
        })()""")
    browser.click(*place)
    assert browser.evaluate("app.view.selected === app.model.losses[5]"), heading(browser)
    browser.press("Escape")
    browser.press("0")
    print("A click on a lost value selects it")


def check_speed(browser):
    """Frames at several sizes of the window of time, the whole trace among them."""
    times = browser.evaluate(
        """(async () => {
            const times = [];
            for (const part of [1, 0.3, 0.1, 0.01, 0.001]) {
                const { model, view } = app, whole = model.end - model.start;
                for (let step = 0; step < 8; step++) {
                    view.from = model.start + whole * (1 - part) * step / 8;
                    view.to = view.from + whole * part;
                    app.redraw();
                    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
                    times.push(Number(document.documentElement.dataset.drawn));
                }
            }
            app.fit();
            return times.sort((a, b) => a - b);
        })()""")
    middle = times[len(times) // 2]
    print(f"{len(times)} frames drawn in {times[0]:.1f} to {times[-1]:.1f} ms, median {middle:.1f} ms")
    # Far more than a frame takes, so that a busy machine doesn't fail; drawing each event alone takes ten times as long.
    assert middle < 250, times


def check_dark(browser, folder):
    paper = "getComputedStyle(document.body).backgroundColor"
    light = browser.evaluate(paper)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    browser.settle()
    dark = browser.evaluate(paper)
    assert light != dark and browser.evaluate("app.view.colours.isDark"), (light, dark)
    # The request with the most tasks and threads of those that lost a value.
    browser.evaluate(
        """app.select(app.model.losses.slice(0, 100).reduce((a, b) =>
            app.familyFacts(app.model.family[b]).lanes > app.familyFacts(app.model.family[a]).lanes ? b : a), true)""")
    browser.press("f")
    browser.screenshot(f"{folder}/dark.png")
    browser.press("d")
    assert browser.evaluate(paper) == light
    browser.press("d")
    assert browser.evaluate(paper) == dark
    print("Dark mode follows the system, and the key")


if __name__ == "__main__":
    check(sys.argv[1], sys.argv[2])
