"""Partners that may be one and the same: SQL builders, set-based for all partners at once.

Partners are compared by keys (tax id, registration number, telephone, mail domain, name
without legal form), by the words of their names and by names that one letter tells apart.
Nothing is compared with everything: a key that more than :data:`MOST` partners share says
nothing, and two names are looked at only if they share a word that is at most that frequent, or
what is left of them without one letter. So the work grows with the partners, not with their square.
"""

from odoo.tools import SQL

from ..tools.fulltext import CJK, MARKS

#: A key, or a word of a name, that more partners share is no sign of a duplicate.
MOST = 20
#: Names are similar from this share of common words on, rare words counting more.
SIMILAR = 0.7
#: Names are looked at for a wrong letter from so many letters on, in words of so many letters.
SPELT_NAME, SPELT_WORD = 8, 5
#: How similar names with a wrong letter are.
MISSPELT = 0.9
#: What each reason adds to the score of a pair, which ends at 100.
POINTS = {"vat": 60, "registry": 60, "phone": 40, "domain": 30, "name": 50}
#: The same postcode or city says nothing alone, and something beside another reason.
PLACE_POINTS = 10

#: What begins an extension, after a digit.
EXTENSION = r"([0-9)])\s*(ext|x|#|转|分机).*$"
#: So many digits after those of the country make it the country code, though no + stands before it.
NATIONAL = 10
#: Mail providers that anybody may have an address at, and the examples of RFC 2606.
FREE_MAIL = (
    "126.com", "139.com", "163.com", "189.cn", "21cn.com", "aliyun.com", "aol.com", "bigpond.com",
    "bluewin.ch", "btinternet.com", "comcast.net", "duck.com", "example.com",
    "example.net", "example.org", "fastmail.com", "foxmail.com",
    "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net",
    "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.fr",
    "icloud.com", "laposte.net", "libero.it", "live.com", "live.nl", "mac.com", "mail.com",
    "mail.ru", "me.com", "msn.com", "naver.com", "orange.fr", "outlook.com", "outlook.de",
    "outlook.fr", "pm.me", "proton.me", "protonmail.com", "qq.com", "rediffmail.com",
    "sbcglobal.net", "seznam.cz", "sfr.fr", "sina.cn", "sina.com", "sohu.com", "t-online.de",
    "telenet.be", "tutanota.com", "verizon.net", "vip.163.com", "vip.qq.com", "wanadoo.fr",
    "web.de", "wp.pl", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.fr",
    "yandex.com", "yandex.ru", "yeah.net", "ziggo.nl",
)
#: Legal forms, as words of a name.
LEGAL_FORMS = (
    "ab", "ag", "aps", "as", "asa", "bv", "bvba", "co", "company", "corp",
    "corporation", "ek", "eurl", "gbr", "gmbh", "inc", "incorporated", "kft", "kg", "kk", "lda",
    "limited", "llc", "llp", "lp", "ltd", "ltda", "mbh", "nv", "ohg", "oy", "oyj", "plc", "pte",
    "pty", "pvt", "sa", "sarl", "sas", "sl", "slu", "spa", "sprl", "sro", "srl", "ug", "the",
    "and", "und", "et", "y",
)
#: Legal forms in Chinese and Japanese, which stand in the name without a space.
CJK_FORMS = "股份有限公司|有限责任公司|集团有限公司|有限公司|株式会社|有限会社|集团"
#: Letters with an accent, in both cases, and what they are compared as.
ACCENTS = ("àáâãäåçèéêëìíîïñòóôõöøùúûüýÿœ", "aaaaaaceeeeiiiinoooooouuuuyyo")


def partners():
    """Return SQL: a row a partner that may have a duplicate, with what it is compared by.

    Customers and other partners that stand alone: no contacts or addresses of others, none
    that is archived, no company of the database and nobody who works in it.
    """
    tax = SQL("upper(regexp_replace(p.vat, '[^A-Za-z0-9]', '', 'g'))")
    return SQL(
        """
        SELECT p.id, p.company_id, p.is_company, %(name)s AS name,
               nullif(lower(p.zip), '') AS zip, nullif(lower(p.city), '') AS city,
               CASE WHEN length(%(tax)s) >= 6
                    THEN CASE WHEN left(%(tax)s, 2) = CASE c.code WHEN 'GR' THEN 'EL'
                                                                  ELSE c.code END
                              THEN substr(%(tax)s, 3) ELSE %(tax)s END END AS vat,
               CASE WHEN length(p.company_registry) >= 5
                    THEN lower(regexp_replace(p.company_registry, '[ ./-]', '', 'g'))
                    END AS registry,
               %(phone)s AS phone, %(mobile)s AS mobile, %(domain)s AS domain
          FROM res_partner p
          LEFT JOIN res_country c ON c.id = p.country_id
          LEFT JOIN (SELECT o.id, k.phone_code
                       FROM res_company o
                       JOIN res_partner op ON op.id = o.partner_id
                       JOIN res_country k ON k.id = op.country_id) own ON own.id = p.company_id
         CROSS JOIN (SELECT CASE WHEN count(DISTINCT k.phone_code) = 1
                                 THEN min(k.phone_code) END AS phone_code
                       FROM res_company o
                       JOIN res_partner op ON op.id = o.partner_id
                       JOIN res_country k ON k.id = op.country_id) home
         WHERE p.active AND p.parent_id IS NULL
           AND NOT EXISTS (SELECT FROM res_company o WHERE o.partner_id = p.id)
           AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = p.id AND NOT u.share)
        """,
        name=_name(SQL("p.name")), tax=tax, phone=_phone(SQL("p.phone")),
        mobile=_phone(SQL("p.runwell_mobile")), domain=_domain(),
    )


def keys(table):
    """Return SQL ``(kind, key, id, company_id)``: what few enough partners share.

    :param SQL table: the rows of :func:`partners`
    """
    return SQL(
        """
        SELECT kind, key, id, company_id
          FROM (SELECT k.kind, k.key, p.id, p.company_id,
                       count(*) OVER (PARTITION BY k.kind, k.key) AS bearers
                  FROM %(table)s p
                 CROSS JOIN LATERAL (
                       SELECT 'vat', p.vat UNION ALL SELECT 'registry', p.registry
                       UNION SELECT 'phone', p.phone UNION SELECT 'phone', p.mobile
                       UNION ALL SELECT 'domain', p.domain
                       UNION ALL SELECT 'name', replace(p.name, ' ', '')
                        WHERE p.is_company AND length(p.name) >= 2) k(kind, key)
                 WHERE k.key <> '') keyed
         WHERE bearers BETWEEN 2 AND %(most)s
        """,
        table=table, most=MOST,
    )


def words(table):
    """Return SQL: a row a word of a name, rare words heavy; ``total`` weighs the whole name.

    A run of Chinese or Japanese is cut into pairs of neighbouring characters.

    :param SQL table: the rows of :func:`partners`
    """
    return SQL(
        """
        SELECT *, sum(weight) OVER (PARTITION BY id) AS total
          FROM (SELECT w.*, ln(1 + every.count / w.bearers::float8) AS weight
                  FROM (SELECT s.*, count(*) OVER (PARTITION BY s.word) AS bearers
                          FROM (SELECT DISTINCT p.id, p.company_id, p.is_company, t.word
                                  FROM %(table)s p
                                 CROSS JOIN LATERAL unnest(string_to_array(p.name, ' ')) run(run)
                                 CROSS JOIN LATERAL (
                                       SELECT run.run
                                        WHERE run.run !~ %(cjk)s OR length(run.run) = 1
                                       UNION ALL
                                       SELECT substr(run.run, i, 2)
                                         FROM generate_series(1, length(run.run) - 1) i
                                        WHERE run.run ~ %(cjk)s) t(word)
                                 WHERE t.word <> '') s) w
                 CROSS JOIN (SELECT count(*)::float8 AS count FROM %(table)s) every) weighed
        """,
        table=table, cjk=f"[{CJK}]",
    )


def spellings(table):
    """Return SQL ``(key, id, company_id, place)``: names of companies without one letter.

    Names that differ by a letter (wrong, missing, too many, or two turned round) have a key
    in common: it was left out at the same place, give or take one, or in one of them alone,
    and then ``place`` is 0 in the other. Digits and Chinese or Japanese characters are never
    left out: one more makes another branch, or another company.

    Source: the deletion neighbourhoods of Mor and Fraenkel (1982).

    :param SQL table: the rows of :func:`partners`
    """
    return SQL(
        """
        SELECT key, id, company_id, place
          FROM (SELECT k.key, k.place, p.id, p.company_id,
                       count(*) OVER (PARTITION BY k.key) AS bearers
                  FROM (SELECT *, replace(name, ' ', '') AS plain FROM %(table)s) p
                 CROSS JOIN LATERAL (
                       SELECT p.plain, 0
                        UNION ALL
                       SELECT left(p.plain, place - 1) || substr(p.plain, place + 1), min(place)
                         FROM (SELECT word,
                                      (sum(length(word)) OVER (ORDER BY n))::int AS until
                                 FROM unnest(string_to_array(p.name, ' '))
                                      WITH ORDINALITY t(word, n)) own,
                              generate_series(until - length(word) + 1, until) place
                        WHERE length(word) >= %(word)s AND word !~ %(no_letters)s
                        GROUP BY 1) k(key, place)
                 WHERE p.is_company AND length(p.plain) >= %(least)s) keyed
         WHERE bearers BETWEEN 2 AND %(most)s
        """,
        table=table, most=MOST, word=SPELT_WORD, least=SPELT_NAME,
        no_letters=f"[0-9{CJK}]",
    )


def misspelt(table):
    """Return SQL ``(low, high, kind, similarity)``: pairs of names that one letter tells apart.

    :param SQL table: the rows of :func:`spellings`
    """
    return SQL(
        """
        SELECT DISTINCT a.id AS low, b.id AS high, 'name' AS kind, %(similarity)s::float8
          FROM %(table)s a
          JOIN %(table)s b ON b.key = a.key AND b.id > a.id
         WHERE %(together)s AND a.place + b.place > 0
           AND (a.place = 0 OR b.place = 0 OR abs(a.place - b.place) <= 1)
        """,
        table=table, together=_together(), similarity=MISSPELT,
    )


def same_key(table):
    """Return SQL ``(low, high, kind, similarity)``: pairs that share a key.

    :param SQL table: the rows of :func:`keys`
    """
    return SQL(
        """
        SELECT DISTINCT a.id AS low, b.id AS high, a.kind, 1::float8 AS similarity
          FROM %(table)s a
          JOIN %(table)s b ON b.kind = a.kind AND b.key = a.key AND b.id > a.id
         WHERE %(together)s
        """,
        table=table, together=_together(),
    )


def candidates(table):
    """Return SQL ``(low, high)``: pairs whose names share a word that few others have.

    :param SQL table: the rows of :func:`words`
    """
    return SQL(
        """
        SELECT DISTINCT a.id AS low, b.id AS high
          FROM %(table)s a
          JOIN %(table)s b ON b.word = a.word AND b.id > a.id
                          AND b.is_company IS NOT DISTINCT FROM a.is_company
         WHERE a.bearers BETWEEN 2 AND %(most)s AND b.bearers BETWEEN 2 AND %(most)s
           AND %(together)s
           AND least(a.total, b.total) >= %(similar)s * greatest(a.total, b.total)
        """,
        table=table, most=MOST, together=_together(), similar=SIMILAR,
    )


def same_words(candidate_table, table, partner_table):
    """Return SQL ``(low, high, kind, similarity)``: pairs of similar names.

    Two persons need the same place too: many people bear the same name.

    :param SQL candidate_table: the rows of :func:`candidates`
    :param SQL table: the rows of :func:`words`
    :param SQL partner_table: the rows of :func:`partners`
    """
    return SQL(
        """
        SELECT low, high, 'name' AS kind, similarity
          FROM (SELECT c.low, c.high,
                       sum(x.weight) / (x.total + y.total - sum(x.weight)) AS similarity
                  FROM %(candidates)s c
                  JOIN %(table)s x ON x.id = c.low
                  JOIN %(table)s y ON y.id = c.high AND y.word = x.word
                 GROUP BY c.low, c.high, x.total, y.total) alike
          JOIN %(partners)s a ON a.id = alike.low
          JOIN %(partners)s b ON b.id = alike.high
         WHERE similarity >= %(similar)s
           AND (a.is_company OR similarity > 0.999 AND (a.zip = b.zip OR a.city = b.city))
        """,
        candidates=candidate_table, table=table, partners=partner_table, similar=SIMILAR,
    )


def pairs(found, partner_table):
    """Return SQL ``(low, high, company_id, reasons, score)``, a row a pair.

    :param SQL found: the rows of :func:`same_key` and :func:`same_words`
    :param SQL partner_table: the rows of :func:`partners`
    """
    points = SQL(" ").join(
        SQL("WHEN %s THEN %s", kind, value) for kind, value in POINTS.items()
    )
    return SQL(
        """
        SELECT f.low, f.high, coalesce(a.company_id, b.company_id) AS company_id,
               string_agg(f.kind, ',' ORDER BY f.points DESC, f.kind) AS reasons,
               least(100, round(sum(f.points * f.similarity))
                          + CASE WHEN a.zip = b.zip OR a.city = b.city
                                 THEN %(place)s ELSE 0 END)::int AS score
          FROM (SELECT low, high, kind, max(similarity) AS similarity,
                       CASE kind %(points)s END AS points
                  FROM (%(found)s) found GROUP BY low, high, kind) f
          JOIN %(partners)s a ON a.id = f.low
          JOIN %(partners)s b ON b.id = f.high
         GROUP BY f.low, f.high, a.company_id, b.company_id, a.zip, b.zip, a.city, b.city
        """,
        found=found, partners=partner_table, points=points, place=PLACE_POINTS,
    )


def _together():
    """Return the condition that rows ``a`` and ``b`` are seen in one company."""
    return SQL("(a.company_id IS NULL OR b.company_id IS NULL OR a.company_id = b.company_id)")


def _name(name):
    """Return SQL of a name as it is compared: small letters, no accents, no legal forms."""
    plain = SQL(
        "translate(lower(%s), %s, %s)", name, ACCENTS[0] + ACCENTS[0].upper(), ACCENTS[1] * 2,
    )
    plain = SQL("replace(regexp_replace(%s, '[.’'']', '', 'g'), 'ß', 'ss')", plain)
    plain = SQL("regexp_replace(%s, %s, ' ', 'g')", plain, CJK_FORMS)
    plain = SQL(
        "regexp_replace(%s, %s, ' ', 'g')", plain, rf"[][!-,/:-@\\^-`{{-~{MARKS}-]+",
    )
    plain = SQL(
        "regexp_replace(%s, %s, ' ', 'g')", plain, rf"\m({'|'.join(LEGAL_FORMS)})\M",
    )
    return SQL("btrim(regexp_replace(%s, '\\s+', ' ', 'g'))", plain)


def _phone(number):
    """Return SQL of a number with its country code, digits alone; null if it has under seven.

    A number without a country code is one of the partner's country, else of its company's,
    else of the one country that all companies are in. Extensions are left out.
    """
    main = SQL("regexp_replace(%s, %s, '\\1', 'i')", number, EXTENSION)
    digits = SQL("regexp_replace(replace(%s, '(0)', ''), '[^0-9]', '', 'g')", main)
    code = SQL("coalesce(c.phone_code, own.phone_code, home.phone_code)::text")
    return SQL(
        """CASE WHEN length(%(digits)s) >= 7 THEN
                CASE WHEN %(number)s ~ '^\\s*\\+' THEN %(digits)s
                     WHEN %(digits)s LIKE '00%%' THEN substr(%(digits)s, 3)
                     WHEN %(digits)s LIKE %(code)s || '%%'
                          AND length(%(digits)s) >= length(%(code)s) + %(longest)s
                     THEN %(code)s || ltrim(substr(%(digits)s, length(%(code)s) + 1), '0')
                     ELSE coalesce(%(code)s, '') || ltrim(%(digits)s, '0') END END""",
        digits=digits, number=number, code=code, longest=NATIONAL,
    )


def _domain():
    """Return SQL of the mail domain of a company's own; null for what anybody may use."""
    domain = SQL("lower(split_part(btrim(split_part(p.email, ',', 1), ' <>'), '@', 2))")
    return SQL(
        "CASE WHEN %(domain)s LIKE '%%.%%' AND %(domain)s <> ALL(%(free)s) THEN %(domain)s END",
        domain=domain, free=list(FREE_MAIL),
    )
