"""Why a backup cannot be made, read or restored."""

from domain.refusals import Code, Coded


class BackupCode(Code):
    """Why a backup cannot be made, read or restored."""

    FILE_THERE = "file-there", "The file exists, and a backup is never written over."
    NOT_A_BACKUP = "not-a-backup", "The file or folder is no backup, or not a whole one."
    DAMAGED = "backup-damaged", "The backup is not as it was written."
    NEWER_PROGRAM_NEEDED = "newer-program-needed", "A newer AsAt made the backup."
    OTHER_LEDGER = "other-ledger", "The backup holds other ledgers than the one that is restored."
    LEDGER_THERE = "ledger-there", "There is a ledger already, and it is never replaced."
    MOMENT_NOT_HELD = "moment-not-held", "The archive does not reach to the moment."
    ARCHIVED_ELSEWHERE = "archived-elsewhere", "The ledger is archived to another folder already."
    ARCHIVE_MISPLACED = "archive-misplaced", "The archive cannot lie in that folder."
    NOT_EMPTY = "not-empty", "The folder of a new archive holds something."
    PROGRAM_MISSING = "program-missing", "The system lacks a program that copies the log."
    ARCHIVING_FAILED = "archiving-failed", "PostgreSQL cannot write or read the archive."
    EMBEDDED_ONLY = "embedded-only", "Only the log of the embedded server is archived by AsAt."
    INTO_NEEDED = "into-needed", "The restored ledger needs a data folder."
    NOT_COMPARABLE = "not-comparable", "A backup is compared with a checkpoint or an evidence pack."


class BackupUnusable(Coded[BackupCode]):
    """The backup cannot be made, read or restored; the message says why and what to do."""
