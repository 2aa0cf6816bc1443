"""What an incoming mail says about itself; needs neither database nor model."""

import re

from odoo.tools import email_normalize, html2plaintext
from odoo.tools.mail import email_split_tuples

#: Subjects that mail programs give to automatic replies, for those without a header.
AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(auto(matic)?[ -]?(reply|response)|out of (the )?office( auto ?reply)?|ooo"
    r"|abwesenheitsnotiz|automatische antwort|réponse automatique|respuesta automática"
    r"|自动回复|自动答复|自動回覆|自動返信)\s*([:：(\[\-–]|$)",
    re.IGNORECASE,
)
#: Headers that only automatic mails carry.
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Vacation")
BULK = ("bulk", "auto_reply", "junk")

#: The line of a forwarded mail that names its sender.
FORWARDED_FROM = re.compile(
    r"^[>\s*]*(?:from|von|de|da|发件人|寄件者|寄件人|差出人)\s*\*?\s*[:：]\s*\*?(.+)$",
    re.IGNORECASE | re.MULTILINE,
)
FORWARD = re.compile(r"^\s*(fw|fwd|wg|tr|转发|轉寄)\s*[:：]", re.IGNORECASE)

#: A word of a subject that may be the number of a request: it has a digit, and a mark or letter.
WORD = re.compile(r"[^\s\[\](){}<>,;:，；：【】（）「」#]{4,40}")


def is_automatic(message):
    """Return whether a program sent the mail: an absence, a delivery report, a mailing.

    ``X-Auto-Response-Suppress: OOF`` alone is no sign: business programs set it on
    what people write. Exchange's own automatic replies say ``All`` or ``AutoReply``.
    """
    if (message.get("Auto-Submitted") or "no").split(";")[0].strip().lower() != "no":
        return True
    suppressed = (message.get("X-Auto-Response-Suppress") or "").lower()
    if "all" in suppressed or "autoreply" in suppressed:
        return True
    if (message.get("Precedence") or "").strip().lower() in BULK:
        return True
    if any(message.get(header) for header in AUTOMATIC_HEADERS):
        return True
    if (message.get("Return-Path") or "").strip() == "<>":
        return True
    if message.get_content_type() == "multipart/report":
        return True
    return bool(AUTOMATIC_SUBJECT.match(str(message.get("Subject") or "")))


def possible_numbers(subject):
    """Return the words of a subject that may be a request's number, as numbers are written.

    >>> sorted(possible_numbers("Re: [req-2026-00012] Pump"))
    ['REQ-2026-00012', 'REQ/2026/00012']
    """
    found = set()
    for word in WORD.findall(subject or ""):
        word = word.strip(".!?。！？'\"").upper()
        if any(char.isdigit() for char in word):
            found |= {word, re.sub(r"[-_.\\|]", "/", word)}
    return found


def forwarded_sender(subject, body):
    """Return (name, address) of who wrote a forwarded mail, or None if it is not forwarded.

    :param body: HTML
    """
    if not FORWARD.match(subject or ""):
        return None
    for line in FORWARDED_FROM.findall(html2plaintext(body or "")):
        line = re.sub(r"\[\d+\]|mailto:", "", line)
        for name, address in email_split_tuples(line):
            if normal := email_normalize(address):
                return name.strip(" *\"'"), normal
    return None


def attached_sender(message):
    """Return (name, address) of who wrote the mail that another one forwards as a file.

    None if it forwards none, names a sender in its own text, or has mails of several senders:
    then nobody can tell who asks.
    """
    subject = str(message.get("Subject") or "").strip()
    if subject and not FORWARD.match(subject):
        return None
    own = message.get_body(("html", "plain"))
    if own and FORWARDED_FROM.search(html2plaintext(own.get_content())):
        return None
    found = {}
    for part in message.iter_attachments() if message.is_multipart() else ():
        if part.get_content_type() == "message/rfc822":
            senders = email_split_tuples(str(part.get_content().get("From") or ""))
            found |= {email_normalize(address): name for name, address in senders}
    found.pop(False, None)
    if len(found) != 1:
        return None
    [(address, name)] = found.items()
    return name, address


def lost_text(message):
    """Return the own plain text of a mail if Odoo takes that of an attached mail instead.

    Odoo walks into attached mails; the first HTML within "multipart/alternative" replaces
    what was read before.
    """
    kinds = [part.get_content_type() for part in message.walk()]
    if not {"message/rfc822", "text/html"} <= set(kinds):
        return ""
    own = message.get_body(("html", "plain"))
    if own is None or own.get_content_type() != "text/plain":
        return ""
    replaced = "multipart/alternative" in kinds[:kinds.index("text/html")]
    return own.get_content() if replaced else ""
