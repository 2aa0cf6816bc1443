"""The daily digest: one e-mail a person and day about churn alerts, if there is anything to say."""

from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import formatLang, split_every
from odoo.tools.misc import format_date

from .constants import OPEN_STATES
from .mail_activity_plan import ALERT
from .runwell_churn_alert_duty import CONFIRM
from .runwell_churn_alert_escalate import OVERDUE

#: People of one transaction; rows of one list.
BATCH, TOP = 20, 10
NEVER = datetime(1970, 1, 1)


class RunwellRetentionDigest(models.AbstractModel):
    """What happened to the churn alerts that a person may see, since the last digest.

    To an account manager: own new alerts and overdue ones. To a supervisor: the new
    ones of the company, what was passed on, the proposed losses, rules that were muted.
    To whom a play gave a step: the alerts of those steps. The largest sums first;
    snoozed and held-back alerts never.
    """

    _name = "runwell.retention.digest"
    _description = "Daily digest of churn alerts"

    @api.model
    def _cron_send(self):
        """Daily: put the digests into the mail queue, batch by batch.

        The mail and the note that it went are of one transaction, and the queue sends:
        a run that is killed, or a second one, sends nobody two.
        """
        people = self._due()
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(people))
        for ids in split_every(BATCH, people.ids):
            self._send(people.browse(ids))
            if not commit(len(ids)):
                return

    @api.model
    def _due(self):
        """Return the people who may get a digest today."""
        Users = self.env["res.users"].sudo().with_context(active_test=True)
        mine = Domain("id", "in", self.env[ALERT].sudo()._search(
            [("state", "in", OPEN_STATES)]
        ).subselect("user_id")) | Domain("id", "in", self.env["mail.activity"].sudo()._search(
            [("res_model", "=", ALERT)]
        ).subselect("user_id"))
        supervisors = Domain(
            "id", "in", self.env.ref("sales_team.group_sale_manager").all_user_ids.ids
        )
        return Users.search(
            Domain([("share", "=", False), ("runwell_digest", "=", True), ("email", "!=", False)])
            & (mine | supervisors)
        ).filtered(self._not_today)

    @api.model
    def _not_today(self, user):
        """Return whether a person had no digest yet today, in the person's time zone."""
        if not user.runwell_digest_at:
            return True
        local = user.with_context(tz=user.tz)
        return fields.Datetime.context_timestamp(local, user.runwell_digest_at).date() \
            < fields.Date.context_today(local)

    @api.model
    def _send(self, people):
        """Put the digests of some people into the mail queue; return the mails."""
        # Another worker may be at it, or have been since these were looked up.
        people = people.try_lock_for_update()
        people.invalidate_recordset(["runwell_digest_at"])
        now, mails = fields.Datetime.now(), []
        for user in people.filtered(self._not_today):
            if values := self._mail(user):
                mails.append(values)
                user.runwell_digest_at = now
        if mails:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        # sudo: the queue is the machine's.
        return self.env["mail.mail"].sudo().create(mails)

    def _mail(self, user):
        """Return the values of a person's mail; None if there is nothing to say."""
        reader = self.with_user(user).with_context(lang=user.lang, tz=user.tz)
        blocks = [
            block for company in user.company_ids
            if (block := reader._block(company, user.runwell_digest_at or NEVER))
        ]
        if not blocks:
            return None
        company = user.company_id
        subject = reader._subject(blocks)
        body = reader.env["ir.qweb"]._render("crm_runwell.digest_mail", {
            "blocks": blocks, "user": user, "company": company, "subject": subject,
            "base_url": company.get_base_url(), "lang": user.lang,
            "day": format_date(reader.env, fields.Date.context_today(reader)),
        })
        return user._runwell_mail(subject, body)

    def _subject(self, blocks):
        counts = {}
        for block in blocks:
            for section in block["sections"]:
                counts[section["key"]] = counts.get(section["key"], 0) + section["count"]
        said = {
            "loss": self.env._("%s to decide", counts.get("loss")),
            "escalated": self.env._("%s passed to you", counts.get("escalated")),
            "overdue": self.env._("%s overdue", counts.get("overdue")),
            "new": self.env._("%s new", counts.get("new")),
        }
        parts = [text for key, text in said.items() if counts.get(key)]
        return self.env._(
            "Customers to keep: %s", " · ".join(parts) or self.env._("a rule was muted")
        )

    def _block(self, company, since):
        """Return what there is to say about a company, or None.

        :param since: when the reader had the last digest
        """
        reader = self.with_context(allowed_company_ids=company.ids)
        if not reader.env[ALERT].has_access("read"):
            return None
        found = reader._domains(company, since)
        muted = reader._muted(company, since)
        sections = [
            section for key, title, domain in (
                ("loss", self.env._("Proposed as lost: yours to decide"), found.get("loss")),
                ("escalated", self.env._("Overdue, passed to you"), found.get("escalated")),
                ("overdue", self.env._("Overdue"), found["overdue"]),
                ("new", self.env._("New alerts"), found["new"]),
            )
            if domain is not None
            and (section := reader._section(company, key, title, domain))
        ]
        # Losses that wait are listed with the rest, but are no news a second time.
        news = {section["key"] for section in sections} - {"loss"}
        if not news and not muted and not (
            "loss" in found and reader.env[ALERT].search_count(
                found["loss"] & reader._with_activity(since, CONFIRM), limit=1,
            )
        ):
            return None
        return {"company": company, "sections": sections, "muted": muted}

    def _domains(self, company, since):
        """Return the domain of each list; those of a supervisor for a supervisor alone."""
        policy = self.env["runwell.retention.policy"]._of(company)
        today, own = policy._today(), Domain("user_id", "=", self.env.uid)
        live = Domain([
            ("company_id", "=", company.id), ("state", "in", OPEN_STATES),
            ("is_held_back", "=", False),
            "|", ("snoozed_until", "=", False), ("snoozed_until", "<", today),
        ])
        fresh = Domain("assigned_at", ">", since) | Domain(
            [("assigned_at", "=", False), ("create_date", ">", since)]
        )
        late = Domain([
            ("deadline", "<", today), ("worked_on", "=", False), ("loss_proposed_on", "=", False),
        ])
        supervises = self._supervises(policy)
        new = (fresh if supervises else own & fresh) | self._with_step(
            [("create_date", ">", since)]
        )
        overdue = own & late | self._with_step([("date_deadline", "<", today)])
        if not supervises:
            return {"new": live & new, "overdue": live & overdue & ~new}
        loss = Domain("loss_proposed_on", "!=", False)
        escalated = ~loss & self._with_activity(since, OVERDUE)
        # A row stands in one list.
        rest = live & ~loss & ~escalated
        return {
            "loss": live & loss, "escalated": live & escalated,
            "overdue": rest & overdue & ~new, "new": rest & new,
        }

    def _supervises(self, policy):
        """Return whether the reader is a supervisor; not who merely administers the system."""
        user = self.env.user
        return user == policy._supervisor() or (
            user.has_group("sales_team.group_sale_manager")
            and not user.has_group("base.group_system")
        )

    def _with_step(self, more):
        """Return the domain of alerts with a step that is the reader's."""
        supervisory = [self.env.ref(xmlid).id for xmlid in (OVERDUE, CONFIRM)]
        # sudo: the reader's own activities; the alerts are searched as the reader.
        steps = self.env["mail.activity"].sudo()._search([
            ("res_model", "=", ALERT), ("user_id", "=", self.env.uid),
            ("activity_type_id", "not in", supervisory), *more,
        ])
        return Domain("id", "in", steps.subselect("res_id"))

    def _with_activity(self, since, xmlid):
        """Return the domain of alerts with an activity of a type that is new."""
        # sudo: it is one supervisor's, and all of them hear of it.
        found = self.env["mail.activity"].sudo()._search([
            ("res_model", "=", ALERT), ("activity_type_id", "=", self.env.ref(xmlid).id),
            ("create_date", ">", since),
        ])
        return Domain("id", "in", found.subselect("res_id"))

    def _section(self, company, key, title, domain):
        """Return the number, the sum and the first rows of a list; None if it is empty."""
        Alert = self.env[ALERT]
        [(count, total)] = Alert._read_group(domain, [], ["__count", "revenue_at_risk:sum"])
        if not count:
            return None
        causes = dict(Alert._fields["cause"]._description_selection(self.env))

        def money(amount):
            return formatLang(self.env, amount or 0.0, currency_obj=company.currency_id)

        return {
            "key": key, "title": title, "count": count, "total": money(total),
            "rest": count > TOP and self.env._("and %s more", count - TOP),
            "rows": [
                {
                    "id": alert.id, "customer": alert.partner_id.display_name,
                    "amount": money(alert.revenue_at_risk),
                    "text": self.env._(
                        "%(cause)s · silent for %(days)s days · act by %(deadline)s",
                        cause=causes[alert.cause], days=alert.silence_days,
                        deadline=format_date(self.env, alert.deadline),
                    ),
                    "owner": alert.user_id != self.env.user and alert.user_id.name,
                }
                for alert in Alert.search(domain, limit=TOP)
            ],
        }

    def _muted(self, company, since):
        """Return the rules that were muted since the last digest, for a supervisor."""
        policy = self.env["runwell.retention.policy"]._of(company)
        Rule = self.env["runwell.alert.rule"]
        if not self._supervises(policy) or not Rule.has_access("read"):
            return []
        labels = dict(Rule._fields["code"]._description_selection(self.env))
        return [
            {
                "id": rule.id,
                "text": self.env._(
                    "The rule %(rule)s was muted: %(right)s of %(decided)s of its warnings were "
                    "right.", rule=labels[rule.code], right=rule.right_count,
                    decided=rule.decided_count,
                ),
            }
            for rule in Rule.search([
                ("company_id", "=", company.id), ("is_muted", "=", True),
                ("muted_on", ">=", since.date()), ("write_date", ">", since),
            ])
        ]
