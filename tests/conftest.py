"""What holds for every test, and for every run of them."""

from hypothesis import settings

from tests.left_behind import pytest_configure, pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_configure", "pytest_sessionfinish", "pytest_terminal_summary"]

# No example of a law fails because the machine is slow.
settings.register_profile("asat", deadline=None)
settings.load_profile("asat")
