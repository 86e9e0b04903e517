"""A headless Chromium, driven over loopback; tests that need it are skipped where there is none."""

import contextlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PHONE = (390, 844)
DESKTOP = (1280, 800)


def chromium_paths() -> tuple[str, str]:
    """The browser and its driver, or a skip with the reason."""
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        pytest.skip("no Chromium with its driver here (apt install chromium chromium-driver)")
    return browser, driver


@contextmanager
def chromium(size: tuple[int, int] = DESKTOP, dark: bool = False) -> Iterator[Any]:
    """A Selenium driver with an empty profile."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    browser, driver = chromium_paths()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-proxy-server",
        "--hide-scrollbars",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(driver, service_args=["--log-level=OFF"])
    )
    try:
        width, height = size
        made.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        made.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        yield made
    finally:
        made.quit()


class PageDriver:
    """The chat page as a person uses it."""

    def __init__(self, driver: Any, address: str) -> None:
        self.driver = driver
        self.address = address

    def open(self) -> None:
        """Load the page and wait until it follows what happens."""
        self.driver.get(self.address)
        self.wait("return document.documentElement.dataset.ready === 'yes'", "the page to start")

    def leave(self) -> None:
        """Go away before the server does, and forget what the console said."""
        self.driver.get("about:blank")
        self.problems()

    def js(self, script: str, *given: Any) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *given)

    def wait(self, script: str, what: str, seconds: float = 20.0) -> Any:
        """Wait until a script gives something true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.js(script)
            if found:
                return found
            time.sleep(0.02)
        text = self.js("return document.body.innerText")
        raise AssertionError(f"waited {seconds} s for {what}; the page shows:\n{text}")

    def click(self, selector: str) -> None:
        """A real click on the first element that fits."""
        from selenium.webdriver.common.by import By

        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def be(self, role: str) -> None:
        """Take somebody's place."""
        self.click(f'.person[data-role="{role}"]')

    def open_chat(self, title: str) -> None:
        """Open a chat of the current person by its title."""
        from selenium.common.exceptions import StaleElementReferenceException
        from selenium.webdriver.common.by import By

        opened = f"return document.getElementById('room-title').textContent === {title!r}"
        end = time.monotonic() + 20.0
        while time.monotonic() < end:
            # The list is drawn anew with each message, perhaps between the look and the click.
            with contextlib.suppress(StaleElementReferenceException):
                for entry in self.driver.find_elements(By.CSS_SELECTOR, ".entry"):
                    if title in entry.text:
                        entry.click()
                        self.wait(opened, title)
                        return
            time.sleep(0.02)
        raise AssertionError(f"no chat {title}")

    def say(self, text: str) -> None:
        """Type a message and send it with Enter."""
        from selenium.webdriver.common.by import By
        from selenium.webdriver.common.keys import Keys

        self.driver.find_element(By.ID, "text").send_keys(text, Keys.ENTER)

    def drop(self, file: Path, sends: bool = True) -> None:
        """Drop a file on the chat: the events of a mouse that lets go of it there."""
        from selenium.webdriver.common.by import By

        carrier = self.js(
            "const i = document.createElement('input'); i.type = 'file'; i.id = 'carrier';"
            "document.body.append(i); return i;"
        )
        carrier.send_keys(str(file))
        self.js(
            """
            const carrier = document.getElementById('carrier');
            const data = new DataTransfer();
            data.items.add(carrier.files[0]);
            carrier.remove();
            const room = document.getElementById('room');
            for (const type of ['dragover', 'drop']) {
              const event = new DragEvent(type, {bubbles: true, cancelable: true});
              Object.defineProperty(event, 'dataTransfer', {value: data});
              room.dispatchEvent(event);
            }
            """
        )
        if not sends:
            return
        self.wait("return document.getElementById('send-file')", "the question how to send it")
        self.driver.find_element(By.ID, "send-file").click()

    def last(self, script: str = "return m.innerText") -> Any:
        """Something about the last message `m`."""
        return self.js(
            "const m = document.querySelector('#messages > li:last-child'); if (!m) return null;"
            + script
        )

    def problems(self) -> list[str]:
        """What the browser's console complains of."""
        return [one["message"] for one in self.driver.get_log("browser")]
