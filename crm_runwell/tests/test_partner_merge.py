from odoo.tests import tagged

from .common import AS_OF
from .test_plays import PlayCase


@tagged("post_install", "-at_install")
class TestPartnerMerge(PlayCase):
    """Two customers with everything on both become one; nothing is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.make_company("Runwell Other", cls.home)

    def setUp(self):
        super().setUp()
        self.kept, self.gone = self.silent("Kept"), self.silent("Gone")
        self.run_scoring()
        self.raise_alerts()

    def merge(self):
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.kept | self.gone).ids, self.kept,
        )
        self.env.invalidate_all()
        self.assertFalse(self.gone.exists())

    def rows(self, model, company=None):
        return self.env[model].search([
            ("partner_id", "=", self.kept.id), ("company_id", "=", (company or self.company).id),
        ])

    def test_rows_of_which_there_are_many(self):
        for partner in (self.kept, self.gone):
            self.env["runwell.interaction"].create({
                "partner_id": partner.id, "company_id": self.company.id, "name": "Called",
                "channel_id": self.env.ref("crm_runwell.channel_phone").id,
            })
            self.env["runwell.handover"]._as_machine().create({
                "partner_id": partner.id, "company_id": self.company.id, "reason": "Agreed",
            })
            self.env["runwell.request"].create({
                "name": "Late", "partner_id": partner.id, "company_id": self.company.id,
            })
        self.merge()
        for model in ("runwell.interaction", "runwell.handover", "runwell.request"):
            with self.subTest(model=model):
                self.assertEqual(len(self.rows(model)), 2)
        requests = self.rows("runwell.request")
        self.assertEqual(requests.commercial_partner_id, self.kept)
        self.assertEqual(self.rows("runwell.interaction").commercial_partner_id, self.kept)

    def test_rows_of_which_there_is_one(self):
        """The survivor's row stays; what only the other had in another company follows."""
        relations = {
            (partner, company): self.env["runwell.relation"]._as_machine().create({
                "partner_id": partner.id, "company_id": company.id, "last_touch_on": AS_OF,
            })
            for partner, company in (
                (self.kept, self.company), (self.gone, self.company),
                (self.gone, self.other_company),
            )
        }
        score = self.score(self.kept)
        self.env["runwell.prediction"]._keep(self.scoring, score.as_of)
        self.assertEqual(len(self.rows("runwell.prediction")), 1)
        self.merge()
        self.assertEqual(
            self.rows("runwell.relation"), relations[self.kept, self.company],
        )
        self.assertEqual(
            self.rows("runwell.relation", self.other_company),
            relations[self.gone, self.other_company],
        )
        self.assertEqual(self.rows("runwell.score"), score)
        self.assertEqual(len(self.rows("runwell.prediction")), 1)

    def test_a_score_that_only_the_other_has_follows(self):
        """Even if both have one in another company."""
        with self.quiet_queue():
            self.make_scoring_model(self.other_company)
        self.orders(self.gone, "2024-05-01", "2024-06-01", company=self.other_company)
        self.run_scoring(company=self.other_company)
        self.merge()
        self.assertEqual(len(self.rows("runwell.score")), 1)
        self.assertEqual(len(self.rows("runwell.score", self.other_company)), 1)

    def test_the_survivor_is_scored_again(self):
        self.merge()
        asked = self.env["runwell.score.refresh"].search([("partner_id", "=", self.kept.id)])
        self.assertIn(self.company, asked.company_id)

    def test_the_company_of_the_survivor_is_scored_again(self):
        """A customer merged into a person of a company that never bought: now it has."""
        parent = self.customer("Parent")
        self.kept = self.customer("Person", parent_id=parent.id, is_company=False)
        self.gone.is_company = False
        self.env["runwell.score.refresh"]._as_machine().search([]).unlink()
        self.merge()
        asked = self.env["runwell.score.refresh"].search([])
        self.assertEqual(asked.partner_id.commercial_partner_id, parent)
        self.assertEqual(asked.company_id, self.company)

    def test_the_talk_of_the_second_alert(self):
        first, second = self.alerts(self.kept), self.alerts(self.gone)
        self.tried(first)
        second.message_post(body="They moved to Suzhou")
        attachment = self.env["ir.attachment"].create({
            "name": "offer.pdf", "raw": b"x", "res_model": second._name, "res_id": second.id,
        })
        planned = second.activity_schedule(
            "mail.mail_activity_data_call", summary="Call the new office",
            user_id=self.manager.id,
        )
        follower = self.finance.partner_id
        second.message_subscribe(follower.ids)
        self.merge()
        self.assertEqual(self.alerts(self.kept), first)
        self.assertTrue(any("Suzhou" in body for body in first.message_ids.mapped("body")))
        self.assertEqual(attachment.res_id, first.id)
        self.assertIn(planned, first.activity_ids)
        self.assertIn(follower, first.message_partner_ids)
        # One plain activity, not two.
        self.assertEqual(len(first._plain_activities()), 1)

    def test_of_two_plays_one_goes_on(self):
        first, second = self.alerts(self.kept), self.alerts(self.gone)
        self.tried(first)
        play, other = self.play("One"), self.play("Two")
        second._start_play(other)
        steps = second.activity_ids
        self.merge()
        self.assertEqual((first.running_plan_id, first.activity_ids), (other, steps))
        third = self.silent("Third")
        self.run_scoring()
        self.raise_alerts()
        self.alerts(third)._start_play(play)
        self.gone = third
        self.merge()
        self.assertEqual(first.running_plan_id, other)
        self.assertFalse(first.activity_ids.filtered(lambda a: a.runwell_plan_id == play))

    def test_values_of_each_company(self):
        """What the survivor has stays; what it lacks, or a company had emptied, is taken over."""
        major, ordinary = (
            self.env.ref(f"crm_runwell.grade_{name}") for name in ("major", "ordinary")
        )
        there_kept, there_gone = (p.with_company(self.other_company)
                                  for p in (self.kept, self.gone))
        self.kept.write({"runwell_grade_id": major.id, "runwell_credit": "2"})
        self.kept.runwell_credit = False
        self.gone.write({
            "runwell_grade_id": ordinary.id, "runwell_credit": "5",
            "runwell_legal_representative": "Anna", "runwell_partner_kind": "customer",
        })
        there_gone.runwell_grade_id = ordinary
        there_kept.runwell_relationship_type_id = self.env.ref("crm_runwell.relationship_basic")
        self.merge()
        self.assertEqual((self.kept.runwell_grade_id, self.kept.runwell_credit), (major, "5"))
        self.assertEqual(there_kept.runwell_grade_id, ordinary)
        self.assertFalse(there_kept.runwell_credit)
        self.assertTrue(there_kept.runwell_relationship_type_id)
        self.assertEqual(self.kept.runwell_legal_representative, "Anna")

    def test_what_was_said_of_pairs(self):
        third, fourth = self.customer("Third"), self.customer("Fourth")

        def pair(one, other, **values):
            low, high = (one | other).sorted("id")
            return self.env["runwell.duplicate"]._as_machine().create({
                "partner_id": low.id, "other_id": high.id, "reasons": "name", **values,
            })

        pair(self.kept, self.gone)
        pair(self.gone, third, state="dismissed", dismissed_by_id=self.env.uid)
        pair(self.kept, third)
        pair(self.gone, fourth)
        self.merge()
        left = self.env["runwell.duplicate"].search([
            "|", ("partner_id", "=", self.kept.id), ("other_id", "=", self.kept.id),
        ])
        self.assertEqual(left.partner_id | left.other_id, self.kept | third)
        self.assertEqual(left.state, "dismissed")

    def test_an_account_manager_may_merge_graded_customers(self):
        """A merge only fills in; it isn't refused for what was graded or rated by others."""
        major = self.env.ref("crm_runwell.grade_major")
        self.gone.write({"runwell_grade_id": major.id, "runwell_credit": "4"})
        (self.kept | self.gone).email = "same@example.com"
        self.manager.group_ids += self.env.ref("base.group_partner_manager")
        self.env["base.partner.merge.automatic.wizard"].with_user(self.manager).with_context(
            allowed_company_ids=self.company.ids,
        ).create({})._merge((self.kept | self.gone).ids, self.kept.with_user(self.manager))
        self.env.invalidate_all()
        self.assertEqual((self.kept.runwell_grade_id, self.kept.runwell_credit), (major, "4"))
