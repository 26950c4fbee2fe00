"""What a browser keeps for this process and brings back unaltered: nobody else can make it up, and it goes out of date.

The key is made anew whenever the program starts, so what was sealed before counts no longer.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

_UNTIL = "until"


class Seal:
    """A key of its own, and what is sealed with it."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def sealed(self, said: dict[str, str], now: datetime, lasts: timedelta) -> str:
        """These texts, by name, as a cookie can hold them."""
        text = urlencode({**said, _UNTIL: str(int((now + lasts).timestamp()))})
        return f"{self._made_of(text)}.{text}"

    def opened(self, cookie: str, now: datetime) -> dict[str, str]:
        """What was sealed; nothing where it was not by this key, or is out of date."""
        mark, _, text = cookie.partition(".")
        if not hmac.compare_digest(mark.encode(), self._made_of(text).encode()):
            return {}
        said = dict(parse_qsl(text, keep_blank_values=True))
        return said if now.timestamp() < int(said.pop(_UNTIL)) else {}

    def _made_of(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()
