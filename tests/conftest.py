"""What holds for every test, and for every run of them."""

from hypothesis import settings

from tests.left_behind import pytest_configure, pytest_sessionfinish, pytest_terminal_summary
from tests.real_ledgers import (
    app,
    ledger,
    ledgers,
    managed,
    new_data_folder,
    open_ledger,
    own_server,
    owner,
    schema,
    server,
)

__all__ = [
    "app",
    "ledger",
    "ledgers",
    "managed",
    "new_data_folder",
    "open_ledger",
    "own_server",
    "owner",
    "pytest_configure",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "schema",
    "server",
]

# No example of a law fails because the machine is slow.
settings.register_profile("asat", deadline=None)
settings.load_profile("asat")
