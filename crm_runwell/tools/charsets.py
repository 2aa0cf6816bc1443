"""Read a text whose declared character set does not fit; needs neither database nor model."""

import re

WORD = re.compile(r"[^\W\d_]+")
#: Western letters and signs beyond ASCII; typographic marks stand anywhere and say nothing.
MARKS = set("«»‘’‚“”„‹›–—…€\xa0")
NO_LETTERS = set("ªºµˆƒ")
#: What Chinese texts are written with: ideographs, and the signs as wide as they.
WIDE = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
WIDE_RUN = re.compile(f"[{WIDE}‘’“”—…·、。]+")
#: The first bytes of GB 2312's signs and its frequent ideographs.
FREQUENT = range(0xA1, 0xD8)


def mend_charsets(message):
    """Correct in place the character sets that do not fit the text of a mail."""
    for part in message.walk():
        if part.get_content_maintype() != "text":
            continue
        content = part.get_payload(decode=True) or b""
        # Without a character set a text is ASCII (RFC 2045, 5.2).
        if _read(content, part.get_param("charset") or "us-ascii") is None:
            part.set_param("charset", likely_charset(content))


def likely_charset(content):
    """Return the character set in which bytes make the most sensible text.

    What reads as UTF-8 is UTF-8. Most bytes read as GB 18030 and as a Western set both, so
    the two texts are compared: in which more is as people write it.
    """
    if _read(content, "utf-8") is not None:
        return "utf-8"
    western = "latin-1" if _read(content, "cp1252") is None else "cp1252"
    chinese = _read(content, "gb18030")
    if chinese is not None and _chinese(chinese) > _western(content.decode(western)):
        return "gb18030"
    return western


def _read(content, charset):
    try:
        return content.decode(str(charset))
    except (LookupError, UnicodeDecodeError):
        return None


def _western(text):
    """Return which part of the signs beyond ASCII stand as in a Western text, 0 to 1."""
    signs = [sign for sign in text if not sign.isascii() and sign not in MARKS]
    good = sum(
        sum(not sign.isascii() for sign in word)
        for word in WORD.findall(text) if not word.isascii() and _is_word(word)
    )
    # Degrees, paragraphs and the like stand alone.
    good += sum(
        not sign.isalpha() and sign.isprintable()
        for sign in re.findall(r"(?<![^\x00-\x7f])[^\x00-\x7f](?![^\x00-\x7f])", text)
        if sign not in MARKS
    )
    return good / len(signs) if signs else 1


def _is_word(word):
    """Return whether a word with accents has plain letters too, and capitals where they belong."""
    if NO_LETTERS & set(word):
        return False
    cased = word.islower() or word.isupper() or word.istitle()
    return cased and (len(word) == 1 or any(map(str.isascii, word)))


def _chinese(text):
    """Return which part of the signs beyond ASCII stand as in a Chinese text, 0 to 1.

    They stand in runs; alone, between letters and figures, only frequent ones do.
    """
    signs = sum(not sign.isascii() for sign in text)
    good = sum(
        len(run) for run in WIDE_RUN.findall(text) if len(run) > 1 or _is_frequent(run)
    )
    return good / signs if signs else 0


def _is_frequent(sign):
    try:
        return sign.encode("gb2312")[0] in FREQUENT
    except UnicodeEncodeError:
        return False
