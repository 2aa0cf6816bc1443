from odoo import models
from odoo.tools import SQL, sql

from ..tools import fulltext

#: States in which a request has its answer.
SOLVED_STATES = ("processed", "feedback", "archived")
#: At most so many similar requests are shown.
SHOWN = 5
#: A request is looked for by its rarest words: so many of them, as long as they stand in so many
#: requests together. What stands in every request costs much and says nothing.
TERMS, POSTINGS = 60, 6_000
#: A similar request has at least this share of the words' worth, and of what the best one has.
ALIKE, BESIDE_BEST = 0.1, 0.4
#: From this likeness of the subjects (0 to 1) on trigrams find a request too.
TRIGRAM_ALIKE = 0.4
#: A word of the subject counts so many times one of the text.
SUBJECT_WEIGHT = 3


class RunwellRequest(models.Model):
    """Solved requests that say the same, found by their words.

    The column ``search_vector`` is PostgreSQL's own: it follows number, subject, details and
    answer by itself, whoever writes them.
    """

    _inherit = "runwell.request"

    def init(self):
        """Add the words of a request as a generated column, with an index over the solved ones."""
        result = super().init()
        if not sql.column_exists(self.env.cr, self._table, "search_vector"):
            self.env.cr.execute(SQL(
                """
                ALTER TABLE runwell_request ADD COLUMN search_vector tsvector
                    GENERATED ALWAYS AS (
                        setweight(%s, 'A') || setweight(%s, 'B') || setweight(%s, 'C')
                    ) STORED
                """,
                fulltext.words(SQL("coalesce(number, '') || ' ' || coalesce(name, '')")),
                fulltext.words(SQL("description")), fulltext.words(SQL("answer")),
            ))
        sql.create_index(
            self.env.cr, "runwell_request_solved_words_idx", self._table, ["search_vector"],
            method="gin", where="state IN ('processed', 'feedback', 'archived')",
        )
        return result

    def _similar_solved(self, search=None):
        """Return solved requests about the same that the reader may see, the best first.

        A word counts the more the rarer it is: ln(1 + 1/f), f the share of requests that have
        it, as PostgreSQL's statistics know it; a word of the subject counts more.

        :param search: words to look for instead of the request's own
        :return: a list of dicts: id, number, name, customer, satisfaction, answer, rank
        """
        self.ensure_one()
        self.check_access("read")
        ways = [self._solved_by_rare_words, self._solved_by_all_words]
        if search:
            ways.reverse()
        if self.env.registry.has_trigram:
            ways.append(self._solved_by_trigrams)
        found = {}
        for way in ways:
            if len(found) < SHOWN:
                for row in way(search):
                    found.setdefault(row["id"], row)
        return list(found.values())[:SHOWN]

    def _solved_by_rare_words(self, search=None):
        """Return solved requests with the rare words of this one, by what these are worth."""
        if search:
            words = SQL("SELECT setweight(%s, 'A')", fulltext.words(SQL("%s", search)))
        else:
            words = SQL(
                "SELECT ts_filter(search_vector, '{a,b}') FROM runwell_request WHERE id = %s",
                self.id,
            )
        found = self._solved_by(
            SQL("JOIN terms ON runwell_request.search_vector @@ terms.query"),
            rank=SQL("sum(terms.worth)"), having=SQL(
                "HAVING sum(terms.worth) >= %s * (SELECT sum(worth) FROM terms)", ALIKE,
            ), terms=self._terms(words),
        )
        return [row for row in found if row["rank"] >= BESIDE_BEST * found[0]["rank"]]

    def _solved_by_all_words(self, search=None):
        """Return solved requests that have every word of the subject, be they common."""
        return self._solved_by(SQL(), rank=SQL("count(*)"), where=SQL(
            """
            AND runwell_request.search_vector @@ (
                SELECT string_agg(%s::text, ' & ')::tsquery
                  FROM unnest(%s) word WHERE char_length(word.lexeme) > 1
            )
            """,
            fulltext.query_of(SQL("word.lexeme")),
            fulltext.words(SQL("%s", search or self.name)),
        ))

    @staticmethod
    def _terms(words):
        """Return the statements that choose what to look for: lexemes as queries, their worth.

        :param words: a statement of one tsvector
        """
        return SQL(
            """
            WITH size AS (
                SELECT greatest(reltuples, 100) AS requests
                  FROM pg_class WHERE oid = 'runwell_request'::regclass
            ), known AS (
                SELECT word.lexeme, word.share
                  FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs)
                       AS word(lexeme, share)
                 WHERE schemaname = current_schema() AND tablename = 'runwell_request'
                   AND attname = 'search_vector' AND word.lexeme IS NOT NULL
            ), asked AS (
                SELECT word.lexeme, requests, coalesce(known.share, 1 / requests) AS share,
                       CASE WHEN 'A' = ANY(word.weights) THEN %(subject)s ELSE 1 END AS weight
                  FROM (%(words)s) AS own(vector)
                 CROSS JOIN unnest(own.vector) AS word
                 CROSS JOIN size
                  LEFT JOIN known ON known.lexeme = word.lexeme
                 WHERE char_length(word.lexeme) > 1
            ), costly AS (
                SELECT lexeme, weight * ln(1 + 1 / share) AS worth,
                       sum(share * requests) OVER (ORDER BY share, lexeme) AS postings
                  FROM asked
            ), terms AS MATERIALIZED (
                SELECT %(query)s AS query, worth
                  FROM costly WHERE postings <= %(postings)s
                 ORDER BY worth DESC, lexeme LIMIT %(terms)s
            )
            """,
            words=words, subject=SUBJECT_WEIGHT, query=fulltext.query_of(SQL("lexeme")),
            postings=POSTINGS, terms=TERMS,
        )

    def _solved_by_trigrams(self, search=None):
        """Return solved requests whose subject is spelt nearly like this one."""
        name = self.env.registry.unaccent(SQL("runwell_request.name"))
        wanted = self.env.registry.unaccent(SQL("%s", search or self.name))
        return self._solved_by(
            SQL(), rank=SQL("similarity(%s, %s)", name, wanted),
            where=SQL("AND %s %% %s AND similarity(%s, %s) >= %s",
                      name, wanted, name, wanted, TRIGRAM_ALIKE),
        )

    def _solved_by(self, join, rank, where=None, having=None, terms=None):
        """Return the best solved requests of the company, of those that the reader may see."""
        query = self._search([
            ("id", "!=", self.id), ("company_id", "=", self.company_id.id),
            ("state", "in", SOLVED_STATES), ("duplicate_of_id", "=", False),
            ("answer", "!=", False),
        ])
        empty = SQL()
        return self.env.execute_query_dict(SQL(
            """
            %(terms)s
            SELECT runwell_request.id, runwell_request.number, runwell_request.name,
                   runwell_request.satisfaction, runwell_request.answer, %(rank)s AS rank,
                   (SELECT name FROM res_partner
                     WHERE id = runwell_request.commercial_partner_id) AS customer
              FROM %(tables)s %(join)s
             WHERE %(mine)s %(where)s
             GROUP BY runwell_request.id %(having)s
             ORDER BY rank DESC, runwell_request.satisfaction DESC NULLS LAST,
                   runwell_request.id DESC
             LIMIT %(shown)s
            """,
            terms=terms or empty, tables=query.from_clause, join=join,
            mine=query.where_clause, where=where or empty, having=having or empty, rank=rank,
            shown=SHOWN,
        ))
