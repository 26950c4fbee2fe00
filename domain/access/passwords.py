"""The passwords of principals, and signing in with one."""

from datetime import datetime

from domain.access import sign_in_throttle as throttle
from domain.access.access_errors import AccessCode, AccessRefused, SignInFailed
from domain.access.access_events import PasswordSet, SignInRefused
from domain.access.access_streams import AccessStreams
from domain.access.known_principals import KnownPrincipals, password_position, person
from domain.access.password_hashing import BUSY, check_password, hash_password, is_password, rehashed, verifying
from domain.access.principals import Principal
from domain.access.sessions import PrincipalSession, Sessions
from domain.names import name_key

#: No name is longer. Longer input is cut: the time of a comparison grows with its length.
_LONGEST_ACCOUNT = 500
_WRONG = "the name or the password is wrong"


class Passwords:
    """The passwords of a ledger, of which it stores the hashes."""

    def __init__(self, streams: AccessStreams, principals: KnownPrincipals, sessions: Sessions) -> None:
        self._streams, self._principals, self._sessions = streams, principals, sessions

    def exist(self) -> bool:
        """Whether any principal has a password."""
        return bool(self._streams.with_password())

    def has(self, name: str) -> bool:
        """Whether a principal has a password."""
        return self._streams.password_hash(name_key(name)) is not None

    def set(self, name: str, password: str, by: str) -> None:
        """Set a password; the sessions, unused links and locks end. Raises PrincipalUnknown, AccessRefused."""
        hashed = hash_password(password, name)
        self._principals.decide(name, lambda principal: PasswordSet(principal=person(principal)), by, hashed)

    def set_own(self, session: PrincipalSession, former: str, password: str, now: datetime, address: str | None) -> str:
        """As `set`, in a session; the secret of a new one. After a sign-in by a link `former` is not needed.

        Raises:
            SignInFailed: the former password is wrong.
            AccessRefused: the new one cannot be taken, or the principal signs in by an identity and has none.
        """
        name = session.principal.name
        check_password(password, name)
        if session.means != "link":
            if not self.has(name):
                raise AccessRefused(
                    AccessCode.HAS_NO_PASSWORD,
                    "you sign in with your organisation's account and have no password here: whoever needs one asks a"
                    " steward for a link to sign in once",
                )
            self._prove(name, former, now, address, "that is not your password")
        self.set(name, password, name)
        return self._begin(name, password, None, now, address)

    def sign_in(self, account: str, password: str, now: datetime, address: str | None) -> str:
        """Sign in; the secret of a new session.

        Raises SignInFailed, after the same time and with the same sentence whether the name is wrong or the password.
        """
        account = account[:_LONGEST_ACCOUNT]
        principal, hashed = self._prove(account, password, now, address, _WRONG)
        if stronger := rehashed(password, hashed):
            self._streams.rehash_password(name_key(account), hashed, stronger)
        return self._begin(principal.name, password, hashed, now, address)

    def _prove(
        self, account: str, password: str, now: datetime, address: str | None, wrong: str
    ) -> tuple[Principal, str]:
        """The principal whose password this is, and its hash; raises SignInFailed, with the sentence `wrong`."""
        principal, records = self._principals.account(account)
        stream, address = throttle.account_stream(account), throttle.storable_address(address)
        # One at a time: otherwise many could be tried in parallel before the first refusal is stored.
        with verifying(), self._streams.locked(stream) as alone:
            if not alone:
                raise SignInFailed(BUSY, 1)
            newest = self._streams.newest(stream, throttle.OF_ACCOUNT)
            refusals = throttle.counted_refusals(newest, password_position(records))
            if lock := throttle.lock_of(refusals, throttle.network_of(address), now):
                raise lock
            hashed = self._streams.password_hash(name_key(account) if principal else "")
            if is_password(password, hashed) and principal is not None and hashed is not None:
                return principal, hashed
            refused = SignInRefused(
                principal=principal.name if principal else None,
                means="password",
                address=address,
                locks=throttle.next_lock(refusals, throttle.network_of(address), now),
            )
            throttle.note_refusal(self._streams, stream, newest[0].version + 1 if newest else 1, refused)
            raise SignInFailed(wrong)

    def _begin(self, name: str, password: str, proved: str | None, now: datetime, address: str | None) -> str:
        """Begin a session, unless the password was replaced meanwhile; `proved` is the hash that it matched."""
        secret = self._sessions.begin(name, "password", now, address)
        hashed = self._streams.password_hash(name_key(name))
        if hashed != proved and not is_password(password, hashed):
            self._sessions.end(secret, now)
            raise SignInFailed(_WRONG)
        return secret
