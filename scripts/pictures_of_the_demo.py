"""Make the pictures of the README: the demo's main pages as a browser shows them, and a page of a committee paper."""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
ASAT = ROOT / ".venv" / "bin" / "asat"

#: Picture -> the page it shows, and the height of the window in pixels.
PAGES = {
    "plans": ("/plans", 900),
    "plan": ("/plans/sunderland?at=issue:3.0", 1000),
    "comparison": ("/plans/sunderland/comparison?previous=issue:2.0&current=issue:3.0", 1000),
    "changes": ("/plans/sunderland/changes?previous=issue:3.0", 900),
    "action": ("/plans/sunderland/actions/7.3", 1000),
    "replay": ("/plans/sunderland/replay?step=270", 1000),
    "point": ("/plans/sunderland/point?at=issue:3.0", 1000),
    "record": ("/plans/sunderland/record/rate?action=2.4", 1000),
    "access": ("/access", 900),
}
WIDTH = 1100
PAPER = ("sunderland", "issue:2.0", "issue:3.0")


@contextmanager
def demo(data: Path) -> Iterator[str]:
    """A demo on a data folder of its own; gives the link that signs in."""
    command = [str(ASAT), "--data", str(data), "demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"Sign in to record: (http://\S+)", line):
                yield found[1]
                process.terminate()
                return
        raise SystemExit("the demo did not start")


def save(name: str, picture: bytes) -> None:
    """Keep a picture, in few enough colours that it is quick to load."""
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    image.save(PICTURES / f"{name}.png", optimize=True)
    sys.stdout.write(f"{name}.png: {(PICTURES / f'{name}.png').stat().st_size // 1000} kB\n")


def take(page: Page, site: str) -> None:
    """Every page of the README."""
    for name, (address, height) in PAGES.items():
        page.set_viewport_size({"width": WIDTH, "height": height})
        answer = page.goto(site + address)
        if answer is None or answer.status != 200:
            raise SystemExit(f"{address} was answered with {answer and answer.status}")
        save(name, page.screenshot())


def paper(site: str, page: Page) -> None:
    """The second page of the committee paper: the summary with its chart."""
    plan, previous, current = PAPER
    made = page.request.get(f"{site}/plans/{plan}/paper.pdf", params={"previous": previous, "current": current}).body()
    drawn = io.BytesIO()
    pypdfium2.PdfDocument(made)[1].render(scale=1.4).to_pil().save(drawn, "png")
    save("paper", drawn.getvalue())


def main() -> int:
    """Make them all."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.stderr.write("pictures: there is no chromium; install one (apt-get install chromium)\n")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder) / "data") as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(locale="en-GB", timezone_id="Europe/London").new_page()
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()
        site = link.partition("/sign-in")[0]
        take(page, site)
        paper(site, page)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
