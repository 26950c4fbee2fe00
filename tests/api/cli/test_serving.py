"""Serving as a process: who may record in the demo, and what is refused to be served to others."""

import re
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.api.conftest import rated
from tests.api.process import ASAT, environment, run
from tests.measuring import HANGS


@contextmanager
def serving(*arguments: str, data: Path, **more: str) -> Iterator[dict[str, str]]:
    """What a process that serves says of its address, and of where to sign in."""
    process = subprocess.Popen(
        [ASAT, *arguments, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(data, **more),
        bufsize=0,  # a line that is there is not read with the one before it
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said: dict[str, str] = {}
    try:
        while "link" not in said and not ("address" in said and "demo" not in arguments):
            ready, _, _ = select.select([process.stdout], [], [], HANGS)
            assert ready, "it does not say its address"
            line = process.stdout.readline().decode()
            assert line, process.stderr.read().decode()
            if found := re.search(r"AsAt is at (\S+)/plans(?:, behind which it serves (\S+))?", line):
                said |= {"address": found[1], "behind": found[2] or found[1]}
            if found := re.search(r"Sign in to record: (\S+)", line):
                said["link"] = found[1]
        yield said
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.mark.slow
def test_the_demo_is_read_by_anyone_and_recorded_in_by_whom_its_link_signs_in(tmp_path: Path) -> None:
    for start in range(2):
        with serving("demo", data=tmp_path) as said:
            address = said["address"]
            assert httpx2.get(f"{address}/plans/sunderland.json", timeout=HANGS).status_code == 200
            refused = httpx2.post(f"{address}/plans/sunderland/events", json=rated("green"), timeout=HANGS)
            assert refused.status_code == 401
            with httpx2.Client(timeout=HANGS) as client:
                page = client.get(said["link"], headers={"Accept": "text/html"})
                [key] = re.findall(r'name="key" value="([^"]+)"', page.text)
                origin = {"Origin": address}
                client.post(f"{address}/sign-in/once", data={"key": key}, headers=origin)
                shown = client.get(f"{address}/plans/sunderland/record", headers={"Accept": "text/html"})
                assert "recorded by demo officer" in shown.text, start


@pytest.mark.slow
def test_nobody_is_served_from_elsewhere_before_somebody_is_known(tmp_path: Path) -> None:
    url = "https://asat.example.gov.uk"
    refused = run("serve", "--url", url, "--port", "0", data=tmp_path)
    assert refused.returncode == 1
    assert b"asat principal add" in refused.stderr
    added = run("principal", "add", "Ann Officer", "--role", "keeper", data=tmp_path)
    assert added.returncode == 0, added.stderr
    with serving("serve", data=tmp_path, ASAT_URL=url) as said:
        assert said["address"] == url
        asked = httpx2.get(f"{said['behind']}/plans.json", headers={"Host": "asat.example.gov.uk"}, timeout=HANGS)
        assert asked.status_code == 401
        assert "strict-transport-security" in asked.headers
        assert (
            httpx2.get(f"{said['behind']}/healthz", headers={"Host": "evil.example"}, timeout=HANGS).status_code == 421
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "--url https://"),  # noqa: S104
        (["--url", "http://asat.example.gov.uk"], "cannot be served under"),
        (["--url", "https://asat.example.gov.uk/asat"], "cannot be served under"),
    ],
)
def test_what_cannot_be_served_is_said(tmp_path: Path, arguments: list[str], words: str) -> None:
    refused = run("serve", *arguments, data=tmp_path)
    assert refused.returncode == 2
    assert words in " ".join(refused.stderr.decode().split())
    assert list(tmp_path.iterdir()) == [], "nothing is opened before"
