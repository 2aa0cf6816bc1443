from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import hmac

#: Requests of which the cron reminds in one transaction.
BATCH = 200


class RunwellRequest(models.Model):
    """What customers think of the answer: asked by mail, reminded once, averaged.

    The stars are kept by the flow on the request; a ``rating.rating`` of each round stands
    beside them for Odoo's own screens.
    """

    _inherit = "runwell.request"

    rating_asked_on = fields.Datetime(readonly=True, copy=False)
    rating_reminded_on = fields.Datetime(readonly=True, copy=False)

    def _rating_get_parent_field_name(self):
        return "team_id"

    def _process(self):
        result = super()._process()
        self.filtered("team_id.ask_rating")._ask_rating()
        return result

    def _ask_rating(self):
        """Send the mail with the stars, for this answer."""
        asked = self._mail_rating("crm_runwell.mail_template_rating")
        # sudo: the flow's own dates
        asked.sudo().write({"rating_asked_on": fields.Datetime.now(), "rating_reminded_on": False})

    def _mail_rating(self, template):
        """Send a mail about the rating; return the requests that have an address.

        Outside of the talk: whoever reads the request must not find the customer's links.
        """
        reachable = self.filtered(lambda request: request.partner_id.email or request.email_from)
        # sudo: the template is the administrator's
        template = self.env.ref(template).sudo()
        for request in reachable.sudo():
            talk = request.message_ids.filtered(self._is_public)
            template.send_mail(request.id, email_values={
                "model": False, "res_id": False, "references": talk[:1].message_id,
                "reply_to": request._notify_get_reply_to()[request.id],
            })
        return reachable

    def _rating_token(self):
        """Return the secret of this answer: another after each reopening."""
        self.ensure_one()
        # sudo: the secret of the database
        return hmac(self.env(su=True), "runwell-rating", (
            self.id, self.reopen_count, fields.Datetime.to_string(self.processed_on),
        ))

    def _rating_url(self, stars=None):
        """Return the address of the page that asks for the stars; opening it records nothing."""
        url = f"{self.get_base_url()}/service/rate/{self.id}/{self._rating_token()}"
        return f"{url}?stars={stars}" if stars else url

    def _record_feedback(self, satisfaction, comment=False):
        agents = {request.id: request.user_id.partner_id.id for request in self}
        result = super()._record_feedback(satisfaction, comment)
        # sudo: Odoo's ratings follow ours
        self.env["rating.rating"].sudo().create([
            {
                "res_model_id": self.env["ir.model"]._get_id(self._name), "res_id": request.id,
                "partner_id": request.partner_id.id, "rated_partner_id": agents[request.id],
                "rating": satisfaction, "feedback": comment, "consumed": True,
            }
            for request in self
        ])
        return result

    def rating_apply(self, rate, *args, **kwargs):
        """Refuse Odoo's own way: it would leave the state of the request behind."""
        raise UserError(self.env._(
            "A request is rated by its customer, or with Record feedback."
        ))

    @api.model
    def _cron_remind_rating(self):
        """Ask once more, after the days that each team has set."""
        for team in self.env["runwell.service.team"].search([
            ("ask_rating", "=", True), ("reminder_days", ">", 0),
        ]):
            due = Domain([
                ("team_id", "=", team.id), ("state", "=", "processed"),
                ("rating_reminded_on", "=", False), ("rating_asked_on", "<", fields.Datetime.
                 subtract(fields.Datetime.now(), days=team.reminder_days)),
            ])
            while requests := self.search(due, limit=BATCH):
                requests.write({"rating_reminded_on": fields.Datetime.now()})
                requests._mail_rating("crm_runwell.mail_template_rating_reminder")
                if not self.env["ir.cron"]._commit_progress(
                    len(requests), remaining=self.search_count(due),
                ):
                    return

    @api.model
    def _satisfaction_of(self, field, records):
        """Return {id: (average of the stars, number of ratings)}, in one query.

        :param field: which field of the requests ``records`` are
        """
        if not records.ids or not self.has_access("read"):
            return {}
        rows = self._read_group(
            [(field, "in", records.ids), ("satisfaction", ">=", 1)],
            [field], ["satisfaction:avg", "__count"],
        )
        return {record.id: (average, count) for record, average, count in rows}

    @api.model
    def _rated_action(self, name, domain):
        """Return the action that opens the rated requests behind an average."""
        return {
            "type": "ir.actions.act_window", "name": name, "res_model": self._name,
            "view_mode": "list,pivot,graph,form",
            "domain": [("satisfaction", ">=", 1), *domain],
            "context": {"search_default_open": False},
        }
