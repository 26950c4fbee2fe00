"""Signing in by OpenID Connect: authorization code with PKCE; every claim of the ID token is checked.

The provider's metadata and keys are read at each sign-in, so that a withdrawn key no longer counts.
"""

import hmac
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from api import log
from api.serving_settings import OpenIdSettings, is_safe_address
from domain.access.access_errors import SignInFailed

#: Asymmetric signatures only, of which the provider alone has the private key; never `none`, never a shared secret.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
#: The tolerated clock difference to the provider, in seconds.
_LEEWAY = 60
#: The time limit for the provider's answers, in seconds.
_PATIENCE = 10
_LONGEST = 300
#: The time limit to complete a sign-in.
ON_ITS_WAY = timedelta(minutes=15)


class NotVouchedFor(SignInFailed):
    """The provider does not vouch for whoever wants to sign in; the sentence says why, and is safe to show."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A pending sign-in with its target page (`next`), as stored in the browser's cookie."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    next: str


class OpenId:
    """One OpenID Connect provider. Its cookies are signed with a key that lives as long as the process."""

    def __init__(self, settings: OpenIdSettings) -> None:
        self.issuer, self._settings = settings.issuer, settings
        self._key = OctKey.import_key(secrets.token_bytes(32))

    def cookie(self, begun: Begun, now: datetime) -> str:
        """The signed cookie of a pending sign-in."""
        claims = {**asdict(begun), "exp": int((now + ON_ITS_WAY).timestamp())}
        return jwt.encode({"alg": "HS256"}, claims, self._key)

    def read_cookie(self, cookie: str, now: datetime) -> Begun | None:
        """The pending sign-in of a cookie; None if its signature is invalid, or it has expired."""
        try:
            claims = jwt.decode(cookie, self._key, algorithms=["HS256"]).claims
            jwt.JWTClaimsRegistry(int(now.timestamp()), exp={"essential": True}).validate(claims)
        except (JoseError, ValueError):
            return None
        return Begun(claims["state"], claims["nonce"], claims["verifier"], claims["next"])

    def begin(self, back: str, place: str) -> tuple[str, Begun]:
        """The provider's address for a new sign-in, with the sign-in to keep in the cookie; raises NotVouchedFor."""
        nonce, verifier = secrets.token_urlsafe(32), generate_token(64)
        try:
            with self._client(back) as client:
                described = self._described(client)
                address, state = client.create_authorization_url(
                    described["authorization_endpoint"], nonce=nonce, code_verifier=verifier
                )
        except Exception as error:  # anything that a provider sends, or the network does
            raise _unreachable(error) from error
        return address, Begun(state, nonce, verifier, place)

    def finish(self, begun: Begun, back: str, answer: dict[str, str]) -> str:
        """The subject that the provider vouches for.

        Args:
            begun: the pending sign-in of the same browser.
            back: our redirect address.
            answer: the query parameters of the redirect.

        Raises:
            NotVouchedFor: the provider vouches for nobody, or its answer is invalid.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise NotVouchedFor("this is not the sign-in that was begun in this browser; begin again")
        if "error" in answer or "code" not in answer:
            raise NotVouchedFor("your organisation's sign-in was not completed; begin again")
        if answer.get("iss", self.issuer) != self.issuer:
            raise NotVouchedFor("another provider answered than was asked; begin again")
        try:
            with self._client(back) as client:
                described = self._described(client)
                received = client.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=begun.verifier,
                )
                published = client.request("GET", described["jwks_uri"], withhold_token=True)
            return self._subject(str(received.get("id_token", "")), published.raise_for_status().json(), begun.nonce)
        except JoseError as error:
            raise NotVouchedFor(f"what your organisation's sign-in says does not count ({error.error})") from error
        except NotVouchedFor:
            raise
        except Exception as error:  # anything that a provider sends, or the network does
            raise _unreachable(error) from error

    def _client(self, back: str) -> Any:
        return OAuth2Client(
            self._settings.client_id,
            self._settings.secret,
            scope="openid",
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=_PATIENCE,
            follow_redirects=False,
        )

    def _described(self, client: Any) -> dict[str, Any]:
        """The provider's metadata; raises ValueError if it names another issuer, or an unsafe address."""
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        described: dict[str, Any] = client.request("GET", address, withhold_token=True).raise_for_status().json()
        if described["issuer"] != self.issuer:
            raise ValueError(f"the provider calls itself {str(described['issuer'])[:_LONGEST]}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe_address(described[name]):
                raise ValueError(f"{name} is no https address")
        return described

    def _subject(self, id_token: str, published: Any, nonce: str) -> str:
        decoded = jwt.decode(id_token, KeySet.import_key_set(published), algorithms=_ALGORITHMS)
        settings = self._settings
        expected = {"iss": settings.issuer, "aud": settings.client_id}
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {name: {"essential": True, "value": value} for name, value in expected.items()},
            {"nonce": nonce, "client_id": settings.client_id},
        )
        claims.validate(leeway=_LEEWAY)
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject.strip() or len(subject) > _LONGEST:
            raise NotVouchedFor("your organisation's sign-in does not say who you are")
        return subject


def _unreachable(error: Exception) -> NotVouchedFor:
    log.told("provider failed", why=f"{type(error).__name__}: {error}")
    return NotVouchedFor("your organisation's sign-in cannot be used just now; try again later, or tell a steward")
