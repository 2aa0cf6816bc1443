from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_record import RecordCase


@tagged("post_install", "-at_install")
class TestDuplicates(RecordCase):
    """Which pairs are proposed, why, to whom, and what people say of them."""

    def two(self, one, other, **both):
        """Return two customers by their values."""
        return [
            self.customer(**({"name": name} | both | values))
            for name, values in (("Alpha Mill", one), ("Zebra Works", other))
        ]

    def reasons(self, one, other):
        """Look for duplicates; return the reasons why these two are one, None if they are not."""
        self.env["runwell.duplicate"]._refresh()
        pair = self.pair(one, other)
        return set(pair.reasons.split(",")) if pair else None

    def pair(self, one, other):
        low, high = (one | other).sorted("id")
        return self.env["runwell.duplicate"].search([
            ("partner_id", "=", low.id), ("other_id", "=", high.id),
        ])

    def test_tax_id(self):
        germany = self.env.ref("base.de").id
        one, other = self.two({"vat": "DE 136 695 976"}, {"vat": "136695976"}, country_id=germany)
        self.assertEqual(self.reasons(one, other), {"vat"})
        self.assertEqual(self.pair(one, other).score, 60)
        self.assertEqual(self.pair(one, other).explanation, "same tax id")

    def test_registration_number(self):
        one, other = self.two(
            {"company_registry": "HRB 12345"}, {"company_registry": "hrb-12345"},
        )
        self.assertEqual(self.reasons(one, other), {"registry"})

    def test_telephone(self):
        uk = self.env.ref("base.uk").id
        for mine, theirs, same in (
            ("+44 20 7946 0018", "020 7946 0018", True),
            ("0044 (0)20 79460018", "+442079460018", True),
            ("+44 20 7946 0018", "+1 20 7946 0018", False), ("12345", "12345", False),
        ):
            one, other = self.two(
                {"phone": mine}, {"runwell_mobile": theirs}, country_id=uk,
            )
            with self.subTest(mine=mine, theirs=theirs):
                self.assertEqual(self.reasons(one, other), {"phone"} if same else None)
            (one | other).unlink()

    def test_a_chinese_telephone(self):
        china = self.env.ref("base.cn").id
        for mine, theirs, same in (
            ("86 138 0013 8000", "13800138000", True),
            ("86-021-63808888", "+86 21 6380 8888", True),
            ("021-63808888转801", "021-63808888", True),
            ("021-63808888 ext. 801", "021-63808888 x802", True),
            ("(021) 63808888#801", "021-63808888 分机801", True),
            # What begins like the country code and is no longer than a national number.
            ("86 1234 5678", "1234 5678", False),
        ):
            one, other = self.two({"phone": mine}, {"phone": theirs}, country_id=china)
            with self.subTest(mine=mine, theirs=theirs):
                self.assertEqual(self.reasons(one, other), {"phone"} if same else None)
                (one | other).unlink()

    def test_a_telephone_is_of_the_companys_country_where_the_partner_has_none(self):
        self.company.partner_id.country_id = self.env.ref("base.uk")
        one, other = self.two(
            {"phone": "+44 20 7946 0018"}, {"phone": "(020) 7946-0018"}, country_id=False,
            company_id=self.company.id,
        )
        self.assertEqual(self.reasons(one, other), {"phone"})

    def test_mail_domain_of_its_own(self):
        for domain, same in (
            ("alpha-mill.example", True), ("gmail.com", False), ("qq.com", False),
            ("example.com", False),
        ):
            one, other = self.two({"email": f"a@{domain}"}, {"email": f"Bob <b@{domain.upper()}>"})
            with self.subTest(domain=domain):
                self.assertEqual(self.reasons(one, other), {"domain"} if same else None)
            (one | other).unlink()

    def test_similar_names(self):
        for mine, theirs, same in (
            ("Quixbury Tea GmbH", "quixbury tea Ltd.", True),
            ("Müllerhof B.V.", "MULLERHOF BV", True),
            ("Quixbury Teahouse", "Quixbury Tea House", True),
            ("Quixbury & Zonk Tea", "Zonk, Quixbury Tea Limited", True),
            ("杭州云栖茶叶有限公司", "杭州云栖茶叶", True),
            ("杭州云栖茶叶有限公司", "宁波海天木业有限公司", False),
            ("Quixbury Tea", "Zonk Coffee", False), ("GmbH", "Ltd", False),
        ):
            one, other = self.customer(mine), self.customer(theirs)
            with self.subTest(mine=mine, theirs=theirs):
                self.assertEqual(self.reasons(one, other), {"name"} if same else None)
            (one | other).unlink()

    def test_misspelt_names(self):
        for mine, theirs, same in (
            ("Quixbury Tea GmbH", "Quixbery Tea", True), ("Quixbury Tea", "Quixbry Tea Ltd", True),
            ("Quixbury Tea", "Quixxbury Tea", True), ("Quixbury Tea", "Quixubry Tea", True),
            ("Quixburyhouse", "Quixbory House", True),
            # Two letters; a letter moved far; a short name; a short word; a number; characters.
            ("Quixbury Tea", "Quaxbery Tea", False), ("Quixbury Tea", "Uixburyq Tea", False),
            ("Zonkery", "Zonkary", False), ("Quixbury North A", "Quixbury North B", False),
            ("Quixbury 2018", "Quixbury 2019", False),
            ("杭州云栖茶叶进出口贸易", "杭州云溪茶叶进出口贸易", False),
        ):
            one, other = self.customer(mine), self.customer(theirs)
            with self.subTest(mine=mine, theirs=theirs):
                self.assertEqual(self.reasons(one, other), {"name"} if same else None)
                self.assertIn(self.pair(one, other).score, (45, 50) if same else (0,))
            (one | other).unlink()
        one, other = (
            self.customer(name, is_company=False, city="Bath")
            for name in ("Anna Quixbury", "Anna Quixbery")
        )
        self.assertIsNone(self.reasons(one, other))

    def test_persons_of_one_name_need_the_same_place(self):
        one, other, there = (
            self.customer("Quix Anna", is_company=False, city=city)
            for city in ("Suzhou", "suzhou", "Wuxi")
        )
        self.assertEqual(self.reasons(one, other), {"name"})
        self.assertFalse(self.pair(one, there))

    def test_what_many_share_says_nothing(self):
        many = self.env["res.partner"].create([
            {"name": f"{chr(65 + i) * 5}", "phone": "+44 20 7946 0018", "vat": "NOT KNOWN"}
            for i in range(21)
        ])
        self.assertIsNone(self.reasons(many[0], many[1]))
        many[20].active = False
        self.assertEqual(self.reasons(many[0], many[1]), {"phone", "vat"})

    def test_reasons_add_up_and_the_place_with_them(self):
        one, other = self.customer("Quixbury Tea", phone="+44 20 7946 0018", city="Bath"), (
            self.customer("Quixbury Tea Ltd", phone="+44 20 7946 0018", city="Bath")
        )
        self.assertEqual(self.reasons(one, other), {"name", "phone"})
        self.assertEqual(self.pair(one, other).score, 100)

    def test_who_is_left_out(self):
        contact = self.customer("Contact", parent_id=self.buyer.id, phone="+44 20 7946 0018")
        company = self.make_company("Runwell Other", self.home).partner_id
        people = self.users["manager"].partner_id
        (company | people).phone = "+44 20 7946 0018"
        alone = self.customer("Alone", phone="+44 20 7946 0018")
        self.env["runwell.duplicate"]._refresh()
        for partner in contact | company | people:
            self.assertFalse(self.pair(alone, partner))

    def test_companies_do_not_meet(self):
        other_company = self.make_company("Runwell Other", self.home)
        ours, theirs, shared = (
            self.customer(name, phone="+44 20 7946 0018", company_id=company)
            for name, company in (
                ("Alpha", self.company.id), ("Zebra", other_company.id), ("Kilo", False),
            )
        )
        self.env["runwell.duplicate"]._refresh()
        self.assertFalse(self.pair(ours, theirs))
        self.assertEqual(self.pair(ours, shared).company_id, self.company)
        self.assertEqual(self.pair(theirs, shared).company_id, other_company)
        seen = self.as_("supervisor", self.env["runwell.duplicate"]).search([
            ("id", "in", (self.pair(ours, shared) | self.pair(theirs, shared)).ids),
        ])
        self.assertEqual(seen.partner_id | seen.other_id, ours | shared)

    def test_what_people_said_remains(self):
        one, other = self.two({}, {}, phone="+44 20 7946 0018", user_id=self.users["manager"].id)
        self.reasons(one, other)
        pair = self.pair(one, other)
        self.as_("manager", pair).action_not_a_duplicate()
        self.assertEqual((pair.state, pair.dismissed_by_id), ("dismissed", self.users["manager"]))
        self.reasons(one, other)
        self.assertEqual(pair.state, "dismissed")
        self.assertEqual(one.runwell_duplicate_count, 0)
        with self.assertRaises(UserError):
            pair.action_merge()
        self.as_("manager", pair).action_propose_again()
        self.assertEqual(one.runwell_duplicate_count, 1)

    def test_what_is_no_longer_alike_goes(self):
        one, other = self.two({}, {}, phone="+44 20 7946 0018")
        self.assertTrue(self.reasons(one, other))
        other.phone = False
        self.assertIsNone(self.reasons(one, other))

    def test_who_decides(self):
        mine, theirs = self.two(
            {"user_id": self.users["manager"].id}, {"user_id": self.users["colleague"].id},
            phone="+44 20 7946 0018",
        )
        third = self.customer("Kilo", phone="+44 20 7946 0018",
                              user_id=self.users["supervisor"].id)
        self.env["runwell.duplicate"]._refresh()
        pair, others = self.pair(mine, theirs), self.pair(theirs, third)
        with self.assertRaises(AccessError):
            self.as_("manager", others).action_not_a_duplicate()
        with self.assertRaisesRegex(AccessError, "supervisor"):
            self.as_("manager", pair).action_merge()
        with self.assertRaises(AccessError):
            self.as_("manager", pair).write({"state": "dismissed"})
        with self.assertRaises(AccessError):
            self.as_("manager", pair).action_refresh()
        self.as_("supervisor", pair).action_refresh()
        self.as_("manager", pair).action_not_a_duplicate()
        self.as_("supervisor", others).action_not_a_duplicate()
        for role in ("finance", "executive", "service"):
            self.assertEqual(self.as_(role, mine).runwell_duplicate_count, 0)

    def test_the_hint_on_the_page_and_the_record(self):
        one, other = self.two({}, {}, phone="+44 20 7946 0018")
        self.reasons(one, other)
        chips = {chip["key"]: chip for chip in one._runwell_header_chips()}
        self.assertEqual(chips["duplicates"]["value"], "1")
        action = getattr(one, chips["duplicates"]["action"])()
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]), self.pair(one, other),
        )

    def test_a_supervisor_merges_a_proposed_pair_of_different_addresses(self):
        one, other, third = (
            self.customer(name, phone=phone, email=f"{name}@{name}.example")
            for name, phone in (
                ("alpha", "+44 20 7946 0018"), ("zebra", "+44 20 7946 0018"), ("kilo", False),
            )
        )
        self.reasons(one, other)
        action = self.as_("supervisor", self.pair(one, other)).action_merge()
        Wizard = self.as_("supervisor", self.env[action["res_model"]])
        wizard = Wizard.with_context(**action["context"]).create({})
        self.assertEqual((wizard.partner_ids, wizard.dst_partner_id), (one | other, one))
        wizard.action_merge()
        self.assertFalse(other.exists())
        with self.assertRaises(UserError):
            Wizard.create({})._merge((one | third).ids, one)

    def test_who_ordered_more_is_to_stay(self):
        one, other = self.two({}, {}, phone="+44 20 7946 0018")
        self.orders(other, "2024-05-01", "2024-06-01")
        self.run_scoring()
        self.reasons(one, other)
        action = self.pair(one, other).action_merge()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(wizard.dst_partner_id, other)

    def test_no_partners_are_no_pair(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.users["supervisor"])
        self.assertFalse(wizard._runwell_is_proposed([]))

    def test_a_login_is_never_merged_that_way(self):
        portal = new_test_user(self.env, "rw_portal", "base.group_portal").partner_id
        portal.write({"phone": "+44 20 7946 0018", "email": "p@portal.example"})
        one = self.customer("alpha", phone="+44 20 7946 0018", email="a@alpha.example")
        self.assertTrue(self.reasons(one, portal))
        with self.assertRaises(UserError):
            self.as_("supervisor", self.env["base.partner.merge.automatic.wizard"]).create(
                {}
            )._merge((one | portal).ids, one)
