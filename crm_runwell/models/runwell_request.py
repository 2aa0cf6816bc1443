from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .optional_fields import OptionalInteger

STATES = [
    ("new", "Created"), ("assigned", "Assigned"), ("processed", "Processed"),
    ("feedback", "Feedback"), ("archived", "Archived"),
]
#: States in which a request waits for us.
OPEN_STATES = ("new", "assigned")
REQUEST_TYPES = [
    ("enquiry", "Enquiry"), ("complaint", "Complaint"), ("suggestion", "Suggestion"),
]
CHANNELS = [
    ("phone", "Phone"), ("fax", "Fax"), ("email", "E-mail"), ("web", "Web"), ("visit", "Visit"),
    ("direct_mail", "Direct mail"), ("call_centre", "Call centre"), ("message", "Message"),
    ("exhibition", "Exhibition"), ("portal", "Customer portal"),
]
PRIORITIES = [("0", "Normal"), ("1", "Medium"), ("2", "High"), ("3", "Urgent")]


class RunwellRequest(models.Model):
    """What a customer asks of us, from any channel to the archive.

    State, agent and stamps move through the flow alone (``runwell_request_flow``),
    which checks each step and who takes it; everything else is edited freely by
    those who may write.
    """

    _name = "runwell.request"
    _inherit = ["runwell.machine.owned", "portal.mixin", "rating.mixin", "mail.activity.mixin"]
    _description = "Service request"
    _order = "priority desc, id desc"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True
    _primary_email = "email_from"
    # Account managers read the requests of their customers and take part in the talk.
    _mail_post_access = "read"

    _unique_number = models.Constraint(
        "UNIQUE(number, company_id)", "There is a request of this number already.",
    )
    _satisfaction_range = models.Constraint(
        "CHECK(satisfaction BETWEEN 1 AND 5)", "Satisfaction is from 1 to 5.",
    )
    _board_idx = models.Index("(company_id, state, team_id, user_id)")
    # A column of the board and a page of the list are read in their order, not sorted.
    _column_idx = models.Index("(company_id, state, priority DESC, id DESC)")
    _page_idx = models.Index("(company_id, priority DESC, id DESC)")
    _partner_idx = models.Index("(commercial_partner_id, state)")

    _people_make_rows = True
    _machine_fields = frozenset({
        "number", "state", "user_id", "assigned_by_id", "assigned_on", "processed_by_id",
        "processed_on", "first_processed_on", "satisfaction", "rating_comment", "feedback_by_id",
        "feedback_on",
        "archived_by_id", "archived_on", "archived_as", "reopen_count", "reopened_on",
        "first_answer_on", "last_customer_message_on", "waiting_customer", "waiting_since",
        "waiting_by_id", "duplicate_of_id", "duplicate_ids", "sla_status_ids",
        "deadline", "sla_kind", "sla_pauses",
    })

    number = fields.Char(readonly=True, copy=False, index="trigram")
    name = fields.Char("Subject", required=True, tracking=True, index="trigram")
    description = fields.Html("Details", sanitize_attributes=True)
    active = fields.Boolean(default=True, copy=False)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company,
    )
    state = fields.Selection(
        STATES, required=True, default="new", readonly=True, copy=False, tracking=True,
        group_expand=True,
    )
    request_type = fields.Selection(
        REQUEST_TYPES, "Type", required=True, default="enquiry", tracking=True,
    )
    priority = fields.Selection(PRIORITIES, required=True, default="0", tracking=True)
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    tag_ids = fields.Many2many("runwell.request.tag", string="Tags", check_company=True)

    partner_id = fields.Many2one(
        "res.partner", "Customer", tracking=True, index=True, ondelete="restrict",
        check_company=True, help="The contact who asks, or the company; empty while unknown.",
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", "Company of the customer", related="partner_id.commercial_partner_id",
        store=True, ondelete="restrict",
    )
    account_manager_id = fields.Many2one(
        related="commercial_partner_id.user_id", string="Account manager",
    )
    email_from = fields.Char(
        "E-mail", compute="_compute_reach", store=True, readonly=False, precompute=True,
        help="Where the answer goes while the customer is unknown.",
    )
    phone = fields.Char(
        compute="_compute_reach", store=True, readonly=False, precompute=True,
    )
    sale_order_id = fields.Many2one(
        "sale.order", "Order", check_company=True, index="btree_not_null", ondelete="restrict",
        domain="[('partner_id', 'child_of', commercial_partner_id or [])]",
    )
    product_id = fields.Many2one("product.product", check_company=True, ondelete="restrict")
    invoice_id = fields.Many2one(
        "account.move", check_company=True, index="btree_not_null",
        ondelete="restrict", domain="[('move_type', 'in', ('out_invoice', 'out_refund')), "
        "('partner_id', 'child_of', commercial_partner_id or [])]",
    )

    team_id = fields.Many2one(
        "runwell.service.team", compute="_compute_team_id", store=True, readonly=False,
        precompute=True, tracking=True, check_company=True, ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users", "Agent", readonly=True, copy=False, tracking=True, index="btree_not_null",
        check_company=True, help="Who processes the request.",
    )
    answer = fields.Html(
        copy=False, help="Is sent to the customer when the request is processed.",
    )
    satisfaction = OptionalInteger(
        readonly=True, copy=False, aggregator="avg", tracking=True,
        help="What the customer gave the last answer: 1 to 5; empty until rated.",
    )
    rating_comment = fields.Text("Comment on the answer", readonly=True, copy=False)
    is_mine = fields.Boolean(
        compute="_compute_is_mine", help="Whether the reader may take the next step.",
    )

    assigned_by_id = fields.Many2one("res.users", "Assigned by", readonly=True, copy=False)
    assigned_on = fields.Datetime(readonly=True, copy=False)
    processed_by_id = fields.Many2one("res.users", "Processed by", readonly=True, copy=False)
    processed_on = fields.Datetime(readonly=True, copy=False)
    first_processed_on = fields.Datetime(
        "First processed on", readonly=True, copy=False,
        help="When it was answered for the first time; a reopening does not change it.",
    )
    feedback_by_id = fields.Many2one(
        "res.users", "Feedback recorded by", readonly=True, copy=False,
    )
    feedback_on = fields.Datetime(readonly=True, copy=False)
    archived_by_id = fields.Many2one("res.users", "Archived by", readonly=True, copy=False)
    archived_on = fields.Datetime(readonly=True, copy=False)
    archived_as = fields.Selection(
        [
            ("feedback", "With feedback"), ("no_feedback", "Without feedback"),
            ("duplicate", "Duplicate"),
        ],
        "How it ended", readonly=True, copy=False,
    )
    reopen_count = fields.Integer("Reopened", readonly=True, copy=False)
    reopened_on = fields.Datetime("Last reopened on", readonly=True, copy=False)
    first_answer_on = fields.Datetime(
        readonly=True, copy=False,
        help="When an employee first wrote to the customer.",
    )
    last_customer_message_on = fields.Datetime("Customer last wrote", readonly=True, copy=False)
    waiting_customer = fields.Boolean(
        "Waiting for the customer", readonly=True, copy=False, tracking=True,
        help="The clock of the deadlines stands still until the customer answers.",
    )
    waiting_since = fields.Datetime(readonly=True, copy=False)
    waiting_by_id = fields.Many2one("res.users", "Put on hold by", readonly=True, copy=False)
    duplicate_of_id = fields.Many2one(
        "runwell.request", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict", check_company=True,
    )
    duplicate_ids = fields.One2many("runwell.request", "duplicate_of_id", "Duplicates")

    @api.depends("number", "name")
    def _compute_display_name(self):
        for request in self:
            request.display_name = " ".join(filter(None, (request.number, request.name)))

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for request in self:
            request.access_url = f"/my/requests/{request.id}"
        return result

    @api.depends("partner_id")
    def _compute_reach(self):
        """Take address and number of the customer, unless they were given."""
        for request in self:
            request.email_from = request.email_from or request.partner_id.email
            request.phone = request.phone or request.partner_id.phone

    @api.depends("company_id", "request_type")
    def _compute_team_id(self):
        Team = self.env["runwell.service.team"]
        for request in self:
            if not request.team_id or request.team_id.company_id != request.company_id:
                request.team_id = request.company_id and Team._for_request(
                    request.company_id, request.request_type
                )

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        manages = self._may_manage()
        for request in self:
            request.is_mine = manages or request.user_id == self.env.user

    @api.constrains("partner_id", "sale_order_id", "invoice_id")
    def _check_same_customer(self):
        for request in self:
            customer = request.commercial_partner_id
            # sudo: an agent who may not open orders is still told of a wrong one.
            for document in (request.sudo().sale_order_id, request.sudo().invoice_id):
                owner = document.partner_id.commercial_partner_id
                if document and owner != customer:
                    raise ValidationError(self.env._(
                        "%(document)s belongs to %(owner)s, but the request is of %(customer)s. "
                        "Choose a document of this customer, or change the customer.",
                        document=document.display_name, owner=owner.display_name,
                        customer=customer.display_name or self.env._("nobody yet"),
                    ))

    @api.onchange("sale_order_id", "invoice_id")
    def _onchange_document(self):
        """Take the customer from the document, while there is none."""
        document = self.sale_order_id or self.invoice_id
        if document and not self.partner_id:
            self.partner_id = document.partner_id

    @api.model_create_multi
    def create(self, vals_list):
        """Number the requests; all that the flow owns begins as it must."""
        if not self._is_machine():
            if any(not self._machine_fields.isdisjoint(values) for values in vals_list):
                self._check_machine()
            vals_list = [self._untouched() | values for values in vals_list]
        Company = self.env["res.company"]
        vals_list = [
            values | {"number": self._next_number(Company.browse(
                values.get("company_id") or self.default_get(["company_id"])["company_id"]
            ))}
            for values in vals_list
        ]
        try:
            requests = super(RunwellRequest, self._as_machine()).create(vals_list)
        except AccessError as refused:
            self._check_may_create(refused)
            raise
        requests = requests.with_env(self.env)
        requests._assign_automatically()
        return requests

    def write(self, vals):
        if not self._is_machine():
            self._check_editable(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_new(self):
        for request in self:
            if request.state != "new":
                raise UserError(self.env._(
                    "%s has been worked on and stays as a record. Only a new request that was "
                    "made by mistake can be deleted.", request.display_name,
                ))

    def _check_may_create(self, refused):
        """Raise the refusal of an account manager in words that help."""
        if self.has_access("create"):
            raise AccessError(self.env._(
                "Account managers make requests for their own customers. Choose one of yours, "
                "or ask a service agent."
            )) from refused

    def _check_editable(self, vals):
        """Raise UserError for an edit that the state does not allow any more."""
        if "team_id" in vals and any(
            request.state != "new" and request.team_id.id != vals["team_id"] for request in self
        ):
            raise UserError(self.env._(
                "This request is being worked on. Use Hand over to give it to another team, "
                "with the reason."
            ))
        if "answer" in vals and any(request.state not in OPEN_STATES for request in self):
            raise UserError(self.env._(
                "The answer was sent to the customer and stays as it is. Write a message, or "
                "reopen the request to answer again."
            ))

    def _machine_refusal(self):
        return self.env._(
            "State, agent and dates of a request change through its buttons alone, so that "
            "who did what and when can be trusted."
        )
