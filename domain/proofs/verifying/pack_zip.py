"""The zip of a pack: files that are stored as they are, in the one form in which AsAt writes it.

Nothing is decompressed, so it cannot swell; and no byte of it can differ without notice, not even in a file's date.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from domain.proofs.verifying.failure import Failed, shown

#: A larger pack is not read.
MOST_BYTES = 256 << 20
MOST_FILES = 64

_PACK = "the pack"
_FILE, _ENTRY, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
#: Names that Windows takes for devices, whatever follows a dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9])([.]|$)")


def zip_chunks(files: Sequence[tuple[str, bytes]]) -> Iterator[bytes]:
    """The bytes of a zip of these files, a piece at a time."""
    offset, directory = 0, b""
    for name, content in files:
        title, size, crc = name.encode("ascii"), len(content), zlib.crc32(content)
        sizes = struct.pack("<3L2H", crc, size, size, len(title), 0)
        head = struct.pack("<4s5H", _FILE, 20, 0, 0, 0, 0x21) + sizes + title
        yield head
        yield content
        directory += struct.pack("<4s6H", _ENTRY, 0x0314, 20, 0, 0, 0, 0x21) + sizes
        directory += struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, offset) + title
        offset += len(head) + size
    yield directory
    yield struct.pack("<4s4H2LH", _END, 0, 0, len(files), len(files), len(directory), offset, 0)


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip. A ledger may be called PK too, but no name has what follows."""
    return data.startswith((_FILE, _END))


def read_pack(file: Path) -> bytes:
    """The bytes of a file, as many as a pack may have and one more."""
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def zip_files(data: bytes) -> dict[str, bytes]:
    """The files of a zip that is in the form of `zip_chunks` to the byte; raises Failed."""
    if len(data) > MOST_BYTES:
        raise Failed(_PACK, f"it is larger than {MOST_BYTES >> 20} MiB, and is not read")
    if not data.startswith(_FILE):
        raise Failed(_PACK, "this is not a zip file, or one without any file in it")
    files: dict[str, bytes] = {}
    taken: dict[str, str] = {}
    at = 0
    while data[at : at + 4] == _FILE:
        if len(files) == MOST_FILES:
            raise Failed(_PACK, f"it holds more than {MOST_FILES} files")
        name, start, size = _local_file(data, at, f"file {len(files) + 1} of it")
        _take_name(name, taken)
        files[name] = data[start : start + size]
        at = start + size
    _check_form(data, files)
    return files


def _check_form(data: bytes, files: dict[str, bytes]) -> None:
    """Check that the zip of these files, written anew, is this one."""
    at = 0
    for chunk in zip_chunks([*files.items()]):
        if data[at : at + len(chunk)] != chunk:
            raise Failed(
                _PACK,
                f"it is not as AsAt wrote it, from byte {at + 1} on: altered, cut off, or packed anew, with other names"
                " or contents in its directory than before its files",
            )
        at += len(chunk)
    if at != len(data):
        raise Failed(_PACK, "something was added after its end")


def _local_file(data: bytes, at: int, which: str) -> tuple[str, int, int]:
    """Name, beginning and length of the file whose header stands at a place of a zip; raises Failed."""
    if len(data) < at + 30:
        raise Failed(_PACK, "it is cut off")
    flags, method = struct.unpack_from("<2H", data, at + 6)
    packed, size, length, extra = struct.unpack_from("<2L2H", data, at + 18)
    if flags & 1:
        raise Failed(_PACK, f"{which} is encrypted: nothing in a pack is")
    if method:
        raise Failed(_PACK, f"{which} is compressed: a pack holds its files as they are, and nothing is unpacked here")
    if packed == 0xFFFFFFFF or size == 0xFFFFFFFF:
        raise Failed(_PACK, f"{which} is in the form for files of 4 GiB and more (zip64), and no pack is")
    start = at + 30 + length
    if flags or packed != size or extra or len(data) < start + size:
        raise Failed(_PACK, f"{which} is cut off, or its header is not as AsAt writes it")
    return _file_name(data[at + 30 : start], which), start, size


def _file_name(name: bytes, which: str) -> str:
    """The name of a file in a pack, which means one and the same file on every system; raises Failed."""
    text = name.decode("ascii", "backslashreplace")
    called = f"{which} is called {shown(text)}"
    parts = text.split("/")
    if re.search(rb"[\\:]", name) or {"", ".", ".."} & {*parts}:
        raise Failed(_PACK, f"{called}: that may lie outside of the folder into which the pack is unpacked")
    if not re.fullmatch(rb"[A-Za-z0-9./-]+", name):
        raise Failed(_PACK, f"{called}: only letters from A to Z, digits, dots and hyphens stand in names of a pack")
    if any(part[-1] == "." or _DEVICES.match(part.lower()) for part in parts):
        raise Failed(_PACK, f"{called}: Windows takes that for another name, or for a device")
    if not re.fullmatch(rb"([a-z0-9-]{1,80}/)?[A-Za-z0-9.-]{1,80}", name):
        raise Failed(_PACK, f"{called}: that is too long, or in a folder of a folder")
    return text


def _take_name(name: str, taken: dict[str, str]) -> None:
    """Refuse a name that some system would take for that of another file, or for a folder of one."""
    key = name.lower()
    for other in (key, *([key.partition("/")[0]] if "/" in key else [])):
        if other in taken and not (other != key and taken[other].endswith("/")):
            raise Failed(_PACK, f"two files in it have the same name: {taken[other].rstrip('/')} and {name}")
        taken[other] = name if other == key else f"{name.partition('/')[0]}/"
