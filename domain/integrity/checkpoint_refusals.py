"""Why a key does not sign, and which checkpoints there are not."""

from domain.refusals import Code, Coded, Unknown


class KeyCode(Code):
    """Why a key does not sign, or is not shown."""

    KEY_NEEDED = "key-needed", "No file of a signing key is named."
    KEY_EXPOSED = "key-exposed", "Others than its owner can read the file of the key."
    NO_SECRET_KEY = "no-secret-key", "The file holds no whole secret key."
    NOT_THE_SIGNER = "not-the-signer", "Another key signs for the ledger."
    OTHER_NAME = "other-name", "The new key is in another name than the old one."
    USED_BEFORE = "used-before", "The new key has been one of the ledger's keys."


class KeyRefused(Coded[KeyCode]):
    """The key cannot sign for this ledger now; the message says why."""


class NoKey(Unknown):
    """The ledger has no key yet."""

    code = "no-key"


class CheckpointUnknown(Unknown):
    """The ledger has cut no such checkpoint."""

    code = "unknown-checkpoint"
