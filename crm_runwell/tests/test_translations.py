import re
from collections import Counter

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path
from odoo.tools.translate import TranslationModuleReader, code_translations

#: What a translation has to keep: %s, %(name)s, %%, {name} and the tags of HTML.
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdrif]|%%|\$?\{+[^{}]*\}+|</?[a-zA-Z][^<>]*>")

#: The binding terms, by the English of the screens.
TERMS = {
    "Account manager": "客户经理",
    "Churn alert": "客户流失预警",
    "Churn alerts": "客户流失预警",
    "Churn risk": "流失风险",
    "Confirm lost": "确认流失",
    "Contact": "联系人",
    "Customer record": "客户档案",
    "False alarm": "误报",
    "Health": "健康度",
    "High value": "高价值",
    "Interactions": "交往记录",
    "Lifetime value": "客户终身价值",
    "Low value": "低价值",
    "Next order expected": "预计下次下单",
    "Place": "地点",
    "Possible duplicates": "可能重复的客户",
    "Potential value": "潜在价值",
    "Prospect": "潜在客户",
    "Receipts and payments": "收付款",
    "Revenue at risk": "风险收入",
    "Secondary value": "次价值",
    "Suspended": "暂缓流失",
    "Warning": "预警",
    "Why": "依据",
    "Won back": "已挽回",
}
#: Odoo's own word for a lost opportunity: a customer who left is not mislaid.
NEVER = "已丢失"


def placeholders(text):
    """Return what a translation of ``text`` has to keep; the titles of tags are translated."""
    return Counter(re.sub(r'title="[^"]*"', "", mark) for mark in PLACEHOLDER.findall(text))


@tagged("post_install", "-at_install")
class TestChinese(TransactionCase):
    """The Chinese is complete, well-formed, and in the terms agreed upon.

    A new text fails here until the template is exported anew and ``zh_CN.po`` has it:
    ``scripts/odoo i18n export -d DB -l pot -o crm_runwell/i18n/crm_runwell.pot crm_runwell``
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reader = TranslationModuleReader(cls.env.cr, modules=["crm_runwell"])
        cls.exported = {source for _module, _type, _name, _id, source, *_rest in reader}
        cls.template = polib.pofile(file_path("crm_runwell/i18n/crm_runwell.pot"))
        cls.chinese = polib.pofile(file_path("crm_runwell/i18n/zh_CN.po"))
        cls.texts = {entry.msgid: entry.msgstr for entry in cls.chinese if not entry.obsolete}

    def test_the_template_is_that_of_the_code(self):
        # Odoo drops translations that the template does not know, without a word.
        self.assertEqual({entry.msgid for entry in self.template}, self.exported)

    def test_every_text_is_translated(self):
        missing = sorted(source for source in self.exported if not self.texts.get(source))
        self.assertFalse(missing, "no Chinese for these texts")

    def test_nothing_obsolete(self):
        self.assertFalse(sorted(set(self.texts) - self.exported), "no longer in the code")
        self.assertFalse(self.chinese.obsolete_entries())

    def test_nothing_fuzzy_or_twice(self):
        self.assertFalse([entry.msgid for entry in self.chinese if entry.fuzzy])
        self.assertEqual(len(self.texts), len(self.chinese))

    def test_the_header(self):
        self.assertEqual(self.chinese.metadata["Language"], "zh_CN")
        self.assertEqual(self.chinese.metadata["Plural-Forms"], "nplurals=1; plural=0;")

    def test_placeholders_and_tags_are_kept(self):
        for source, text in self.texts.items():
            with self.subTest(source):
                self.assertEqual(placeholders(text), placeholders(source))

    def test_what_counts_as_a_placeholder(self):
        for text, kept in (
            ("%s of %(total)s, 50 % and 100 %%", ["%s", "%(total)s", "%%"]),
            ("<b>{{name}}</b><br/>", ["<b>", "{{name}}", "</b>", "<br/>"]),
            ("a < b", []),
        ):
            self.assertEqual(placeholders(text), Counter(kept), text)

    def test_the_terms(self):
        self.assertEqual({source: self.texts.get(source) for source in TERMS}, TERMS)
        self.assertFalse([source for source, text in self.texts.items() if NEVER in text])

    def test_models_of_odoo_keep_their_names(self):
        """A text of ours that is the name of such a model, too, would rename it."""
        chinese = {}
        for entry in self.chinese:
            for occurrence, _line in entry.occurrences:
                model = self.env.ref(
                    occurrence.partition("model:ir.model,name:")[2], raise_if_not_found=False,
                )
                if not model or model.model.startswith("runwell."):
                    continue
                module = self.env[model.model]._original_module
                if module not in chinese:
                    chinese[module] = {
                        entry.msgid: entry.msgstr
                        for entry in polib.pofile(file_path(f"{module}/i18n/zh_CN.po"))
                    }
                with self.subTest(model.model):
                    theirs = chinese[module].get(entry.msgid)
                    self.assertEqual(entry.msgstr, theirs or entry.msgstr)

    def test_a_user_sees_them(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_crm_runwell")._update_translations(["zh_CN"])
        chinese = self.env(context={**self.env.context, "lang": "zh_CN"})
        alert = chinese["runwell.churn.alert"]
        self.assertEqual(chinese.ref("crm_runwell.menu_churn_alerts").name, "客户流失预警")
        self.assertEqual(alert.fields_get(["evidence"])["evidence"]["string"], "依据")
        self.assertIn(("won_back", "已挽回"), alert.fields_get(["state"])["state"]["selection"])
        self.assertIn("风险金额", alert.get_view(view_type="form")["arch"])
        self.assertEqual(
            code_translations.get_python_translations("crm_runwell", "zh_CN")["Orders of %s"],
            "%s 的订单",
        )
        in_the_browser = {
            message["id"]: message["string"] for message in
            code_translations.get_web_translations("crm_runwell", "zh_CN")["messages"]
        }
        self.assertEqual(in_the_browser["Pays on time"], "按时付款")
