import re
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .gateway_common import GatewayCase
from .test_request_portal import PortalCase

LINK = re.compile(r"(/service/rate/\d+/\w+)(\?stars=\d)?")


@tagged("post_install", "-at_install")
class TestRequestRating(PortalCase, GatewayCase):
    """Stars: asked by mail, given by hand, averaged."""

    def links(self, request=None):
        """Return the links of the mails just made."""
        mails = self._new_mails.filtered(lambda mail: "/service/rate/" in (mail.body_html or ""))
        return mails, [match.group() for match in LINK.finditer("".join(mails.mapped("body_html")))]

    def asked(self, **values):
        """Return an answered request and the links of its mail."""
        with self.mock_mail_gateway():
            request = self.processed(partner_id=self.contact.id, **values)
        return request, self.links()[1]

    def test_the_mail(self):
        with self.mock_mail_gateway():
            request = self.processed(partner_id=self.contact.id)
        [mail], links = self.links()
        self.assertIn("contact@example.com", mail.email_to)
        self.assertIn(request.number, mail.subject)
        self.assertIn(self.address, mail.reply_to)
        self.assertEqual([link[-8:] for link in links], [f"?stars={star}" for star in range(1, 6)])
        self.assertIn(self.answer_id(request), mail.references)
        self.assertTrue(request.rating_asked_on)
        self.assertNotIn("/service/rate/", "".join(request.message_ids.mapped("body")))

    def test_no_mail_without_the_wish_or_an_address(self):
        self.team.ask_rating = False
        self.assertFalse(self.asked()[1])
        self.team.ask_rating = True
        with self.mock_mail_gateway():
            request = self.processed(partner_id=self.customer("No address").id)
        self.assertFalse(self.links()[1])
        self.assertFalse(request.rating_asked_on)

    def test_looking_records_nothing(self):
        request, links = self.asked()
        for link in links:
            page = self.get(link)
            self.assertEqual(page.status_code, 200)
            self.assertEqual(self.opener.head(self.base_url() + link).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual((request.state, request.satisfaction), ("processed", False))
        self.assertRegex(page.text, r'value="5"[^>]*checked')

    def test_sending_records(self):
        request, links = self.asked()
        url = links[3].partition("?")[0]
        thanks = self.post(url, stars="4", comment="Fine", csrf_token=self.csrf(links[3]))
        self.assertIn("Thank you", thanks.text)
        self.assertEqual(
            (request.state, request.satisfaction, request.rating_comment), ("archived", 4, "Fine"),
        )
        again = self.post(url, stars="1", csrf_token=self.csrf("/service/new"))
        self.assertIn("Thank you", again.text)
        self.assertEqual((request.state, request.satisfaction), ("archived", 4))

    def test_low_stars_reopen_and_end_the_link(self):
        request, links = self.asked()
        url = links[0].partition("?")[0]
        thanks = self.post(url, stars="1", comment="No!", csrf_token=self.csrf(links[0]))
        self.assertIn("take", thanks.text)
        self.assertEqual((request.state, request.reopen_count), ("assigned", 1))
        self.assertEqual(self.get(url).status_code, 404)
        request.answer = "<p>Now?</p>"
        with self.mock_mail_gateway():
            self.as_("agent", request).action_process()
        second = self.links()[1][0].partition("?")[0]
        self.assertNotEqual(second, url)
        self.assertEqual((self.get(url).status_code, self.get(second).status_code), (404, 200))

    def test_stars_that_are_none(self):
        request, links = self.asked()
        url = links[0].partition("?")[0]
        for stars in ("", "0", "6", "x", "3.5"):
            page = self.post(url, stars=stars, comment="Hm", csrf_token=self.csrf(links[0]))
            self.assertIn("Choose one of the stars", page.text)
            self.assertIn("Hm", page.text)
        self.assertEqual(request.state, "processed")

    def test_the_link_ends_with_the_request(self):
        request, links = self.asked()
        request._close("no_feedback")
        self.assertEqual(self.get(links[0]).status_code, 404)

    def test_wrong_links_look_alike(self):
        request, links = self.asked()
        whole = links[0].partition("?")[0]
        pages = {
            self.without_token(self.get(url))
            for url in (
                whole[:-1], whole[:-1] + ("0" if whole[-1] != "0" else "1"),
                whole.replace(f"/{request.id}/", f"/{request.id - 1}/"),
                whole.replace(f"/{request.id}/", "/99999999/"), whole + "é",
            )
        }
        self.assertEqual(len(pages), 1)
        self.assertEqual(pages.pop()[0], 404)

    @staticmethod
    def without_token(page):
        return page.status_code, re.sub(r"csrf_token: \"[^\"]*\"", "", page.text)

    def test_a_reply_to_the_mail_reopens(self):
        with self.mock_mail_gateway():
            request = self.processed(partner_id=self.contact.id)
        [mail], _links = self.links()
        self.assertFalse(self.mail(
            "contact@example.com", f"Re: {mail.subject}", "Not solved", to=mail.reply_to,
            References=f"{mail.references} {mail.message_id}",
        ))
        self.assertEqual(request.state, "assigned")

    def remind(self, day):
        with (
            self.at(f"{day} 09:00:00"), self.mock_mail_gateway(),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", return_value=60),
        ):
            self.env["runwell.request"]._cron_remind_rating()
        return self.links()[0]

    def test_one_reminder(self):
        with self.at("2026-03-02 09:00:00"):
            request, links = self.asked()
            rated = self.asked()[0]
            rated._record_feedback(5)
        self.assertFalse(self.remind("2026-03-04"))
        [mail] = self.remind("2026-03-06")
        self.assertIn(request.number, mail.subject)
        self.assertIn(links[0].partition("?")[0], mail.body_html)
        self.assertFalse(self.remind("2026-03-07"))
        self.assertFalse(self.remind("2026-03-20"))

    def test_no_reminder_where_the_team_wants_none(self):
        self.team.reminder_days = 0
        with self.at("2026-03-02 09:00:00"):
            self.asked()
        self.assertFalse(self.remind("2026-03-20"))

    def test_each_answer_is_reminded_of(self):
        with self.at("2026-03-02 09:00:00"):
            request = self.asked()[0]
        self.assertTrue(self.remind("2026-03-06"))
        with self.at("2026-03-07 09:00:00"):
            request._reopen("More")
            request.answer = "<p>More</p>"
            self.as_("agent", request).action_process()
        self.assertTrue(self.remind("2026-03-12"))

    # What is made of it

    def test_averages(self):
        rated = {}
        for agent, customer, stars in (
            (self.agent, self.contact, 5), (self.agent, self.buyer, 4),
            (self.colleague, self.rival, 3),
        ):
            request = self.processed(agent, partner_id=customer.id)
            request._record_feedback(stars)
            rated[stars] = request
        self.processed()
        self.env.invalidate_all()
        both = self.buyer + self.rival
        self.assertEqual(both.mapped("runwell_satisfaction"), [4.5, 3.0])
        self.assertEqual(both.mapped("runwell_rating_count"), [2, 1])
        self.assertEqual(self.contact.runwell_satisfaction, 5.0)
        agents = self.as_("manager", self.agent + self.colleague)
        self.assertEqual(agents.mapped("runwell_agent_satisfaction"), [4.5, 3.0])
        self.assertEqual((self.team.satisfaction_average, self.team.satisfaction_count), (4.0, 3))
        found = self.env["runwell.request"].search(self.buyer.action_open_runwell_rated()["domain"])
        self.assertEqual(found, rated[5] + rated[4])

    def test_odoos_ratings_stand_beside(self):
        request = self.processed(partner_id=self.contact.id)
        request._record_feedback(2, "Too slow")
        request.answer = "<p>Now</p>"
        self.as_("agent", request).action_process()
        request._record_feedback(5)
        ratings = request.rating_ids.sorted("id")
        self.assertEqual(ratings.mapped("rating"), [2.0, 5.0])
        self.assertEqual(ratings.mapped("feedback"), ["Too slow", False])
        self.assertEqual(ratings.rated_partner_id, self.agent.partner_id)
        self.assertEqual(ratings.partner_id, self.contact)
        self.assertEqual((request.rating_avg, request.satisfaction), (3.5, 5))
        rows = self.env["rating.rating"]._read_group(
            [("runwell_request_id", "=", request.id)], ["rated_on:month"], ["rating:avg"],
        )
        self.assertEqual(rows[0][1], 3.5)

    def test_nobody_writes_ratings(self):
        request = self.processed()
        request._record_feedback(2)
        rating = self.as_("agent", request.rating_ids)
        for values in ({"rating": 5}, {"feedback": "Great"}, {"runwell_request_id": False}):
            with self.assertRaises(AccessError):
                rating.write(values)
        with self.assertRaises(AccessError):
            rating.create({
                "res_model_id": self.env["ir.model"]._get_id(request._name),
                "res_id": request.id, "rating": 5, "consumed": True,
            })
        with self.assertRaises(UserError):
            self.as_("agent", request).rating_apply(5, rating=rating)

    def test_ratings_stay_in_their_company(self):
        request = self.processed()
        request._record_feedback(5)
        stranger = self.user_of(self.other)
        self.assertTrue(self.as_("agent", request.rating_ids).has_access("read"))
        Theirs = self.env["rating.rating"].with_user(stranger).with_context(
            allowed_company_ids=self.other.ids,
        )
        self.assertFalse(Theirs.search([("runwell_request_id", "!=", False)]))

    def user_of(self, company):
        return self.agent.copy({
            "login": "rwp_stranger", "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
        })
