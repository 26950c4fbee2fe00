"""Serving on an address of this machine until told to stop."""

import signal
import socket
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from domain.refusals import Refusal


class AddressTaken(Refusal):
    """The address cannot be listened on; the message says which and what to do."""

    code = "address-taken"


def listen(host: str, port: int) -> socket.socket:
    """A socket listening on the address; port 0 takes any that is free.

    Raises:
        AddressTaken: another program has it, or this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns off Nagle's algorithm (44 ms a request) only where it is.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise AddressTaken(
            f"cannot serve on {host} port {port} ({error.strerror}): choose another with --port or ASAT_PORT"
        ) from None
    return listening


def serve_on(app: FastAPI, listening: socket.socket) -> None:
    """Serve until interrupted or terminated; requests under way are answered first."""
    # What a request says of where it came from is not believed, but for what `address_of` believes.
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, proxy_headers=False, timeout_graceful_shutdown=10
    )
    # Once everything is answered uvicorn raises the signal again, so that its caller may clear up: ours returns, for
    # either signal, as being told to stop is no failure.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
