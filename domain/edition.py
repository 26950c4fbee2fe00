"""The edition of the rules by which stored events are read: the same edition, the same bytes.

Answers, their ETags and the statement of evidence packs name it. A release that changes what stored events come out as
raises it, and says in CHANGELOG.md which answers changed. AsAt 0.1.0 did not name it yet: it is edition 1.
"""

#: The edition of this release. `domain/proofs/verify.py` states its own, as it uses no other part of AsAt.
EDITION = 1
