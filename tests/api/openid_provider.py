"""An OpenID Connect provider of the tests' own: it signs what it is told to, right or wrong."""

import hashlib
import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "asat-test", "a secret of the client"
SUBJECT = "7c1f0f9e-subject"


class Provider:
    """A provider at an address of this machine. What it is to get wrong is said by `wrong`."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.wrong: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer(provider.get(urlsplit(self.path).path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                self.answer(provider.exchange(dict(parse_qsl(body)), self.headers.get("authorization", "")))

            def answer(self, document: Any) -> None:
                body = json.dumps(document).encode()
                self.send_response(200 if document is not None else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}/tenant/v2.0"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def get(self, path: str) -> Any:
        if path.endswith("/.well-known/openid-configuration"):
            return {
                "issuer": self.wrong.get("discovered", self.issuer),
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        return {"keys": [self.key.as_dict(private=False)]} if path.endswith("/keys") else None

    def authorise(self, address: str) -> dict[str, str]:
        """What the browser brings back once somebody has signed in at an address that it was sent to."""
        asked = {name: said[0] for name, said in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        assert asked["scope"] == "openid"
        self.codes["the-code"] = asked
        return {"code": "the-code", "state": asked["state"], "session_state": "of its own"}

    def exchange(self, sent: dict[str, str], authorisation: str) -> Any:
        asked = self.codes.pop(sent["code"])
        challenge = urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).decode().rstrip("=")
        basic = "Basic " + b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if challenge != asked["code_challenge"] or sent["redirect_uri"] != asked["redirect_uri"]:
            return None
        if authorisation != basic:
            return None
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": self.issuer, "sub": SUBJECT, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            **self.wrong.get("claims", {}),
        }  # fmt: skip
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self.signed(claims)}

    def signed(self, claims: dict[str, Any]) -> str:
        match self.wrong.get("alg"):
            case "none":
                parts = [{"alg": "none", "typ": "JWT"}, claims]
                return ".".join(urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts) + "."
            case "HS256":  # the public key taken for a secret
                shared = OctKey.import_key(self.key.as_pem(private=False))
                return jwt.encode({"alg": "HS256", "kid": "one"}, claims, shared, algorithms=["HS256"])
            case "another key":
                return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048))
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
