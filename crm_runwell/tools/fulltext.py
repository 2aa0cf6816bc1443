"""Words of a text for PostgreSQL's full-text search, in any language.

Words are taken as they stand ('simple': no stemming, no stop words). Chinese and Japanese write
without spaces: there every two neighbouring characters are a word.
"""

from odoo.tools import SQL

#: So many characters of a text are read: a mail of 10 MB has no more to say.
LONGEST = 20_000
#: Characters of Chinese and Japanese, in a bracket of a PostgreSQL regular expression.
CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
#: Punctuation outside of ASCII, which a database of the locale C takes for letters.
MARKS = (
    r"\u00a0-\u00bf\u2000-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65"
)


def words(text: SQL) -> SQL:
    """Return an immutable expression: the tsvector of a text or HTML, tags left out.

    ``机器坏了`` gives 机器, 坏了 and 器坏. The odd pairs are a second vector, because a regular
    expression does not match the same character twice.
    """
    plain = SQL(
        "regexp_replace(left(coalesce(%s, ''), %s), %s, ' ', 'g')", text, LONGEST, f"[{MARKS}]",
    )
    apart = SQL(r"regexp_replace(%s, %s, ' \1 ', 'g')", plain, f"([{CJK}]+)")
    alone = SQL("regexp_replace(%s, %s, ' ', 'g')", plain, f"[^{CJK}]+")
    shifted = SQL(r"regexp_replace(%s, %s, '\1 ', 'g')", alone, f"(?<![{CJK}])([{CJK}])")
    return SQL("(%s || %s)", _vector(apart), _vector(shifted))


def _vector(text: SQL) -> SQL:
    """Return the tsvector of a text, its runs of characters cut into pairs."""
    return SQL(
        r"to_tsvector('simple'::regconfig, regexp_replace(%s, %s, '\1 ', 'g'))",
        text, f"([{CJK}]{{2}})",
    )


def query_of(lexeme: SQL) -> SQL:
    """Return an expression: the tsquery that matches a lexeme as it stands."""
    return SQL(r"(%s || replace(replace(%s, %s, %s), %s, %s) || %s)::tsquery",
               "'", lexeme, "\\", "\\\\", "'", "''", "'")
