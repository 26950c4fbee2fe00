"""Serving on an address of this machine until a signal stops it."""

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
    """A listening socket on the address; port 0 takes any free port.

    Raises:
        AddressTaken: another program uses it, or this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle's algorithm (44 ms a request) only if the protocol is named.
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
    """Serve until interrupted or terminated; requests under way are finished first."""
    # Proxy headers are not trusted, except as `address_of` reads them.
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, proxy_headers=False, timeout_graceful_shutdown=10
    )
    # After shutdown uvicorn raises the signal again, for its caller to clean up. Here either signal just returns: being
    # told to stop is no failure.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
