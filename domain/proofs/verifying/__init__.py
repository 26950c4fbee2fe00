"""The verification of evidence packs, in parts. `scripts/generate` joins them to `domain/proofs/verify.py`.

They stand on SHA-256, Ed25519 and X.509 and on the other modules of `domain.proofs`, and fold events with code of their
own: nothing that answers questions about plans is used to check an answer.
"""
