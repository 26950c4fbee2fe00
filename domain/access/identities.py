"""Identities: accounts at an OpenID Connect provider by which principals sign in."""

from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from domain.access.access_errors import AccessCode, AccessRefused, SignInFailed
from domain.access.access_events import AccessEvent, IdentityLinked, IdentityUnlinked, SignInRefused, new_event
from domain.access.access_streams import AccessRecord, AccessStreams
from domain.access.known_principals import KnownPrincipals, person
from domain.access.sessions import Sessions
from domain.access.sign_in_throttle import note_refusal, storable_address
from domain.names import name_key
from domain.texts import unrecordable


class Identities:
    """The identities linked to the principals of a ledger."""

    def __init__(self, streams: AccessStreams, principals: KnownPrincipals, sessions: Sessions) -> None:
        self._streams, self._principals, self._sessions = streams, principals, sessions

    def all(self) -> list[IdentityLinked]:
        """Every linked identity, by the name of its principal."""
        last = [records[-1].event for records in self._streams.of_kind("identity")]
        found = [one for one in last if isinstance(one, IdentityLinked)]
        return sorted(found, key=lambda one: (name_key(one.principal), one.issuer, one.subject))

    def link(self, name: str, issuer: str, subject: str, by: str) -> None:
        """Link an identity to a principal, ending the link before it; raises PrincipalUnknown, AccessRefused."""
        principal = self._principals.staying(name)
        for text in (issuer, subject):
            if problem := unrecordable(text):
                raise AccessRefused(AccessCode.IDENTITY_UNUSABLE, f"{text[:60]!a} is no identity: {problem.sentence}")
        event = new_event(IdentityLinked, principal=person(principal), issuer=issuer, subject=subject)

        def decide(records: list[AccessRecord]) -> AccessEvent:
            if records and records[-1].event == event:
                raise AccessRefused(AccessCode.ALREADY_LINKED, f"{principal.name} is linked to this identity already")
            return event

        self._streams.decide(_stream(issuer, subject), decide, by)

    def unlink(self, name: str, issuer: str, subject: str, by: str) -> None:
        """End the link of an identity to a principal, with its sessions; raises PrincipalUnknown, AccessRefused."""
        principal = person(self._principals.find(name))
        linked, unlinked = (
            new_event(kind, principal=principal, issuer=issuer, subject=subject)
            for kind in (IdentityLinked, IdentityUnlinked)
        )

        def decide(records: list[AccessRecord]) -> AccessEvent:
            if not records or records[-1].event != linked:
                raise AccessRefused(AccessCode.NOT_LINKED, f"{principal} is not linked to this identity")
            return unlinked

        with self._principals.keeping_a_steward(by, unlinked=linked):
            self._streams.decide(_stream(issuer, subject), decide, by)

    def sign_in(self, issuer: str, subject: str, now: datetime, address: str | None) -> str:
        """Sign in by an identity verified by its issuer; the secret of a new session. Raises SignInFailed."""
        stream = _stream(issuer, subject)
        records = self._streams.of(stream)
        linked = records[-1].event if records else None
        principal = self._principals.account(linked.principal)[0] if isinstance(linked, IdentityLinked) else None
        if principal is None:
            refused = SignInRefused(means="identity", address=storable_address(address))
            note_refusal(self._streams, f"notice:{uuid4()}", 1, refused)
            raise SignInFailed(
                f"{issuer} knows you as {subject}, and this ledger does not yet: ask a steward to link that to you"
            )
        identity = stream.removeprefix("identity:")
        return self._sessions.begin(principal.name, "identity", now, address, identity=identity)


def _stream(issuer: str, subject: str) -> str:
    """The stream of an identity; the length keeps issuer and subject apart."""
    return "identity:" + sha256(f"{len(issuer)} {issuer} {subject}".encode("utf-8", "surrogatepass")).hexdigest()
