"""Identities: accounts at an OpenID Connect provider by which principals sign in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from domain.access.access_errors import AccessRefused, SignInFailed
from domain.access.access_events import AccessEvent, IdentityLinked, IdentityUnlinked, SignInRefused, new_event
from domain.access.access_streams import AccessRecord, AccessStreams
from domain.access.known_principals import keeping_a_steward
from domain.access.principal_streams import (
    find_account,
    find_principal,
    identity_stream,
    linked_identities,
    not_left,
    person,
)
from domain.access.sessions import Sessions
from domain.access.sign_in_throttle import note_refusal, storable_address
from domain.texts import direction_refused, unpaired_direction


class Identities:
    """The identities linked to the principals of a ledger."""

    def __init__(self, streams: AccessStreams, sessions: Sessions) -> None:
        self._streams, self._sessions = streams, sessions

    def all(self) -> list[IdentityLinked]:
        """Every linked identity, by the name of its principal."""
        return linked_identities(self._streams)

    def link(self, name: str, issuer: str, subject: str, by: str) -> None:
        """Link an identity to a principal in place of the one before, whose sessions by it end.

        Raises PrincipalUnknown, AccessRefused.
        """
        principal = not_left(find_principal(self._streams, name)[0])
        for text in (issuer, subject):
            if mark := unpaired_direction(text):
                raise AccessRefused(f"{text[:60]!a} is no identity: {direction_refused(mark)}")
        event = new_event(IdentityLinked, principal=person(principal), issuer=issuer, subject=subject)

        def decide(records: Sequence[AccessRecord]) -> Sequence[AccessEvent]:
            if records and records[-1].event == event:
                raise AccessRefused(f"{principal.name} is linked to this identity already")
            return [event]

        self._streams.decide(identity_stream(issuer, subject), decide, by)

    def unlink(self, name: str, issuer: str, subject: str, by: str) -> None:
        """Remove the link between an identity and a principal, and end the sessions by it.

        Raises PrincipalUnknown, AccessRefused.
        """
        principal, _ = find_principal(self._streams, name)
        event = new_event(IdentityUnlinked, principal=person(principal), issuer=issuer, subject=subject)

        def decide(records: Sequence[AccessRecord]) -> Sequence[AccessEvent]:
            last = records[-1].event if records else None
            if not isinstance(last, IdentityLinked) or last.principal != principal.name:
                raise AccessRefused(f"{principal.name} is not linked to this identity")
            return [event]

        linked = new_event(IdentityLinked, principal=principal.name, issuer=issuer, subject=subject)
        with keeping_a_steward(self._streams, by, unlinked=linked):
            self._streams.decide(identity_stream(issuer, subject), decide, by)

    def sign_in(self, issuer: str, subject: str, now: datetime, address: str | None) -> str:
        """Sign in by an identity that its issuer vouches for; the secret of a new session. Raises SignInFailed."""
        stream = identity_stream(issuer, subject)
        records = self._streams.of(stream)
        linked = records[-1].event if records else None
        principal = find_account(self._streams, linked.principal)[0] if isinstance(linked, IdentityLinked) else None
        if principal is None:
            refused = SignInRefused(means="identity", address=storable_address(address))
            note_refusal(self._streams, f"notice:{uuid4()}", 1, refused)
            raise SignInFailed(
                f"{issuer} knows you as {subject}, and this ledger does not yet: ask a steward to link that to you"
            )
        identity = stream.removeprefix("identity:")
        return self._sessions.begin(principal.name, "identity", now, address, identity=identity)
