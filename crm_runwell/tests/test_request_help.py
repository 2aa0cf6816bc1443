from unittest.mock import patch

from markupsafe import Markup

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.crm_runwell.models import runwell_request_similar

from .service_common import ServiceCase


class HelpCase(ServiceCase):
    """Requests that were solved, and one to answer."""

    def solved(self, name, answer="<p>Tighten the ring.</p>", satisfaction=None, **values):
        """Return a request that was answered, by the way that is worked in every day."""
        request = self.assigned(name=name, **values)
        request.answer = answer
        request.with_user(self.agent).action_process()
        if satisfaction:
            request._record_feedback(satisfaction)
        return request

    def similar(self, request, search=None, role="agent"):
        """Return the numbers that are found, the best first."""
        self.env.flush_all()
        self.env.cr.execute("ANALYZE runwell_request")
        return [row["number"] for row in self.as_(role, request).get_help(search)["similar"]]


@tagged("post_install", "-at_install")
class TestSimilar(HelpCase):
    """Solved requests about the same."""

    def test_by_the_words_of_subject_details_and_answer(self):
        leak = self.solved("Espresso machine leaks", description="<p>Water under the boiler</p>")
        told = self.solved("Question", "<p>Replace the gasket of the espresso machine.</p>")
        self.solved("Invoice has the wrong address")
        request = self.assigned(name="Our espresso machine leaks")
        self.assertEqual(self.similar(request), [leak.number, told.number])

    def test_rare_words_count_more_than_common_ones(self):
        for number in range(12):
            self.solved(f"The order of week {number} is late", "<p>It is on the way.</p>")
        customs = self.solved("Customs ask for a certificate")
        request = self.assigned(name="The order is late: customs want a certificate")
        self.assertEqual(self.similar(request)[0], customs.number)

    def test_chinese_without_spaces(self):
        leak = self.solved("浓缩咖啡机漏水了", "<p>请更换密封圈。</p>")
        self.solved("发票抬头有误", "<p>已重新开票。</p>")
        request = self.assigned(name="店里的咖啡机一直漏水，怎么办？")
        self.assertEqual(self.similar(request), [leak.number])
        self.assertEqual(self.similar(request, "密封圈"), [leak.number])

    def test_words_that_stand_everywhere(self):
        """Where every word is common, requests with all of them are found."""
        for number in range(6):
            self.solved(f"Machine {number}")
        both = self.solved("Leaking machine")
        request = self.assigned(name="Machine leaking")
        with patch.object(runwell_request_similar, "POSTINGS", 0):
            self.assertEqual(self.similar(request), [both.number])
            self.assertEqual(self.similar(request, "leaking"), [both.number])

    def test_only_solved_ones_with_an_answer(self):
        request = self.assigned(name="Grinder jams")
        self.assigned(name="Grinder jams again")
        duplicate = self.assigned(name="Grinder jams, second mail")
        survivor = self.assigned(name="The mill stands still")
        survivor.with_user(self.agent)._merge(duplicate)
        self.assertEqual(self.similar(request), [])
        solved = self.solved("Grinder jams")
        self.assertEqual(self.similar(request), [solved.number])
        solved._reopen("It jams again")
        self.assertEqual(self.similar(request), [])

    def test_at_most_five_the_satisfied_first(self):
        ids = [
            self.solved("Filter clogged", satisfaction=satisfaction).id
            for satisfaction in (None, 3, 5, 4, None, 3)
        ]
        request = self.assigned(name="Filter clogged")
        self.env.flush_all()
        rows = self.as_("agent", request).get_help()["similar"]
        self.assertEqual([row["satisfaction"] for row in rows], [5, 4, 3, 3, None])
        self.assertEqual([row["id"] for row in rows[:3]], [ids[2], ids[3], ids[5]])

    def test_the_reader_sees_no_more_than_allowed(self):
        """An account manager finds the own customers' requests, another company nothing."""
        stranger = self.customer("Stranger")
        self.solved("Boiler cold", partner_id=stranger.id)
        own = self.solved("Boiler cold")
        other = self.make_company("Runwell Other", self.home)
        with_other = self.env["runwell.request"].with_company(other).create({
            "name": "Boiler cold", "company_id": other.id,
        })
        request = self.assigned(name="Boiler cold")
        self.assertEqual(len(self.similar(request)), 2)
        self.assertEqual(self.similar(request, role="account manager"), [own.number])
        found = with_other.with_context(allowed_company_ids=(self.company + other).ids).get_help()
        self.assertEqual(found["similar"], [])
        for role in ("employee", "portal", "other account manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.similar(request, role=role)

    def test_search_by_other_words_and_by_number(self):
        solved = self.solved("Milk foam collapses", "<p>Cool the milk to 4 °C.</p>")
        request = self.assigned(name="Something else")
        self.assertEqual(self.similar(request), [])
        self.assertEqual(self.similar(request, "foam"), [solved.number])
        self.assertEqual(self.similar(request, solved.number), [solved.number])
        for search in ("'", "\\", "%s", "a'b\\c:* & |!<->", "   ", {"a": 1}):
            with self.subTest(search=search):
                self.assertEqual(self.similar(request, search), [])

    def test_words_with_quotes_and_backslashes(self):
        path = self.solved("Error in C:\\temp\\o'neil")
        request = self.assigned(name="Error in C:\\temp\\o'neil again")
        self.assertEqual(self.similar(request), [path.number])

    def test_the_longest_mail_can_be_kept(self):
        body = "<p>" + "".join(f"word{i} 咖啡{i} " for i in range(200_000)) + "</p>"
        request = self.request("Long", description=body)
        self.env.flush_all()
        self.assertIn("word199999", request.description)

    def test_spelt_nearly_like_it(self):
        if not self.env.registry.has_trigram:
            self.skipTest("PostgreSQL has no pg_trgm here")
        solved = self.solved("Descaling tablets missing")
        request = self.assigned(name="Descalin tablet mising")
        self.assertEqual(self.similar(request), [solved.number])


@tagged("post_install", "-at_install")
class TestHelp(HelpCase):
    """The rest of the panel: former requests, canned answers, what it costs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.canned = cls.env["runwell.canned.answer"].create({
            "name": "Sorry", "body": "<p>Dear {{contact}}, sorry for {{number}}.</p>",
        })

    def names(self, request, search=None):
        return [row["name"] for row in self.as_("agent", request).get_help(search)["canned"]]

    def test_former_requests_of_the_whole_customer(self):
        former = [
            self.solved(f"Number {number}", partner_id=partner.id, satisfaction=4)
            for number in range(3) for partner in (self.buyer, self.contact)
        ]
        self.request(partner_id=self.customer("Other").id)
        rows = self.as_("agent", self.request()).get_help()["former"]
        self.assertEqual([row["id"] for row in rows], [r.id for r in former[:0:-1]])
        self.assertEqual(rows[0]["state"], "Archived")
        self.assertEqual(rows[0]["satisfaction"], 4)
        self.assertEqual(rows[0]["day"], str(former[-1].create_date.date()))

    def test_former_requests_of_an_unknown_sender(self):
        first = self.request(partner_id=False, email_from="new@example.com")
        second = self.request(partner_id=False, email_from="new@example.com")
        nobody = self.request(partner_id=False)
        self.request(partner_id=False)
        self.assertEqual(
            [row["id"] for row in self.as_("agent", second).get_help()["former"]], first.ids
        )
        self.assertEqual(self.as_("agent", nobody).get_help()["former"], [])

    def test_placeholders(self):
        self.canned.body = (
            "<p>{{customer}}|{{ contact }}|{{number}}|{{subject}}|{{order}}|{{agent}}|"
            "{{company}}</p>"
        )
        order = self.order(self.buyer, "2024-06-01")
        request = self.request(partner_id=self.contact.id, sale_order_id=order.id)
        [row] = self.as_("agent", request).get_help()["canned"]
        self.assertEqual(row["body"], Markup("<p>%s</p>") % "|".join((
            "Buyer", "Contact", request.number, "The pump leaks", order.name,
            self.agent.name, "Runwell Test",
        )))

    def test_what_is_unknown_stays_to_be_seen(self):
        self.canned.body = "<p>{{customer}}, {{order}}</p>"
        request = self.request(partner_id=False, email_from=False)
        [row] = self.as_("agent", request).get_help()["canned"]
        self.assertEqual(row["body"], "<p>[customer], [order]</p>")
        request = self.request(partner_id=False, email_from="new@example.com")
        [row] = self.as_("agent", request).get_help()["canned"]
        self.assertEqual(row["body"], "<p>new@example.com, [order]</p>")

    def test_what_a_customer_wrote_is_text(self):
        """Neither markup nor an expression nor a placeholder in a value does anything."""
        request = self.request('<img src=x onerror="alert(1)"> {{agent}} {{7*7}} ${7*7}')
        self.canned.body = "<p>{{subject}}</p>"
        [row] = self.as_("agent", request).get_help()["canned"]
        self.assertEqual(
            row["body"],
            "<p>&lt;img src=x onerror=&#34;alert(1)&#34;&gt; {{agent}} {{7*7}} ${7*7}</p>",
        )
        self.assertEqual(row["snippet"], request.name)

    def test_an_unknown_placeholder_is_refused(self):
        for body in ("<p>{{user.password}}</p>", "<p>{{}}</p>", "<p>{{ Customer }}</p>"):
            with self.subTest(body=body), self.assertRaises(ValidationError) as refused:
                self.canned.body = body
            self.assertIn("{{customer}}", str(refused.exception))

    def test_what_is_offered(self):
        tag = self.env["runwell.request.tag"].create({"name": "Repair"})
        team = self.team.copy({"name": "Second line"})
        other = self.make_company("Runwell Other", self.home)
        self.env["runwell.canned.answer"].create([
            {"name": name, "body": "<p>Text</p>", **values}
            for name, values in {
                "for complaints": {"request_type": "complaint"},
                "for suggestions": {"request_type": "suggestion"},
                "of the team": {"team_id": self.team.id},
                "of another team": {"team_id": team.id},
                "with the tag": {"tag_ids": tag.ids},
                "archived": {"active": False},
                "elsewhere": {"company_id": other.id},
            }.items()
        ])
        request = self.request(request_type="complaint", tag_ids=tag.ids)
        self.assertEqual(
            self.names(request), ["with the tag", "for complaints", "of the team", "Sorry"]
        )
        self.assertEqual(self.names(request, "REPAIR"), ["with the tag"])
        self.assertEqual(self.names(request, "sorry for"), ["Sorry"])
        self.assertEqual(self.names(request, "elsewhere"), [])

    def test_employees_alone(self):
        """A customer reads the own request on the portal, and none of this."""
        self.users["portal"].partner_id.parent_id = self.buyer
        request = self.as_("portal", self.request())
        with self.assertRaises(AccessError):
            request.get_help()
        for role in ("account manager", "supervisor", "finance", "executive", "manager"):
            with self.subTest(role=role):
                self.assertTrue(self.as_(role, request).get_help()["canned"])

    def test_a_handful_of_queries(self):
        for number in range(8):
            self.solved(f"The pump leaks {number}", satisfaction=4)
            self.canned.copy({"tag_ids": False})
        order = self.order(self.buyer, "2024-06-01")
        request = self.as_("agent", self.request(sale_order_id=order.id))
        request.get_help()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            found = request.get_help()
        self.assertEqual([len(found[k]) for k in ("canned", "similar", "former")], [5, 5, 5])

    def test_it_may_go_to_a_replica(self):
        self.assertTrue(self.env["runwell.request"].get_help._readonly)
