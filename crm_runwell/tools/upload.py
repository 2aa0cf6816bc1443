"""Files that customers send: what is taken, and under which name it is kept."""

import os
import re
import unicodedata

from odoo.tools.mimetypes import guess_mimetype

#: Files of one form or message, and bytes of one file.
MAX_FILES = 5
MAX_SIZE = 10 * 1024 * 1024
#: Bytes of a whole form: its files and 1 MB for the rest.
MAX_FORM = MAX_FILES * MAX_SIZE + 1024 * 1024
MAX_NAME = 100

#: What is taken, by extension: never anything that a browser would run.
EXTENSIONS = frozenset({
    "pdf", "png", "jpg", "jpeg", "gif", "webp", "bmp", "heic", "tif", "tiff", "txt", "log", "csv",
    "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "rtf", "eml", "msg", "zip",
    "7z", "rar", "mp3", "mp4", "mov",
})
#: For the form's file field.
ACCEPT = ",".join(f".{extension}" for extension in sorted(EXTENSIONS))

#: Content that is refused whatever its name says.
ACTIVE = frozenset({
    "text/html", "application/xhtml+xml", "image/svg+xml", "text/javascript",
    "application/javascript", "application/x-javascript", "application/x-msdownload",
    "application/x-dosexec", "application/x-executable", "application/x-sh",
})
#: What such content begins with, where its type is not recognised.
ACTIVE_START = re.compile(
    rb"^(\xef\xbb\xbf)?\s*(<(!doctype\s+html|html|head|body|script|svg|iframe)|MZ|\x7fELF|#!)",
    re.IGNORECASE,
)


def clean_name(name):
    """Return a file name without path, control or direction characters, and not too long.

    >>> clean_name("../../etc/pass\\x00wd.txt"), clean_name(r"C:\\\\tmp\\\\a.pdf")
    ('passwd.txt', 'a.pdf')
    """
    name = unicodedata.normalize("NFC", name or "")
    # Cc, Cf: control and formatting, such as the mark that writes a name backwards
    name = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
    name = re.split(r"[\\/]", name)[-1]
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    stem, extension = os.path.splitext(name)
    if not stem:
        return "file"
    return stem[:MAX_NAME - len(extension)] + extension[:MAX_NAME]


def is_taken(name, content):
    """Return whether a file is of a kind that customers may send."""
    extension = os.path.splitext(clean_name(name))[1].lstrip(".").lower()
    return (
        extension in EXTENSIONS
        and guess_mimetype(content, default="") not in ACTIVE
        and not ACTIVE_START.match(content[:200])
    )
