"""Garbage collection during work on thousands of events."""

import subprocess
import sys


def test_a_process_that_ends_does_not_search_its_plans_for_garbage():
    ends = "import atexit, gc; atexit.register(lambda: print(len(gc.get_objects()))); import domain.ledger.plan_ledger"
    left = subprocess.run([sys.executable, "-c", ends], check=True, capture_output=True, text=True).stdout
    assert int(left) < 1000
