"""Files that are ZIP archives inside (Word, PowerPoint, Excel, OpenDocument): looked over before anything is unpacked."""

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from chatbot.formats.converted import UnreadableError

# Real files of the largest size that is read stay far below; a bomb does not.
MAX_UNPACKED = 300 * 1024 * 1024
MAX_PARTS = 10_000
_ENCRYPTED = 0x1
# Password-protected Office files and those of before 2007 share this container.
_COMPOUND = b"\xd0\xcf\x11\xe0"


def open_archive(content: bytes) -> ZipFile:
    """The archive, with a declared size that fits; `zipfile` never unpacks more of a part than it declares.

    Nothing is written to disk and no archive inside is opened, so names and nesting do no harm.

    Raises:
        UnreadableError: it is no archive, protected by a password, or would unpack to too much.
    """
    if content.startswith(_COMPOUND):
        raise UnreadableError(
            "it is protected by a password or saved in an old format. Save it anew, without a password."
        )
    try:
        archive = ZipFile(BytesIO(content))
    except (BadZipFile, ValueError, OSError):
        raise UnreadableError("it is damaged or not what its name says. Save it again.") from None
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableError(f"it would unpack to more than {MAX_UNPACKED // 1024**2} MB. Save it as PDF.")
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise UnreadableError("it is protected by a password. Save a copy without one.")
    return archive
