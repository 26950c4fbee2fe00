"""The Python and the library without which nothing is verified. The generated program begins with this."""

import sys


def _unable(what: str) -> None:
    """End the program on a Python that cannot run it; an import of this file fails as usual."""
    if __name__ == "__main__":
        sys.stderr.write(f"Nothing was verified: {what}\n")
        raise SystemExit(2)


if sys.version_info < (3, 11):  # noqa: UP036 - it is run alone, by whatever Python there is
    _unable("this program needs Python 3.11 or later")

try:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: F401 - whether it is there

    x509.Certificate.not_valid_before_utc  # noqa: B018 - older ones do not have it
except (ImportError, AttributeError):
    _unable("install the Python package `cryptography` (42 or later) first: python -m pip install cryptography")
    raise
