import itertools

from odoo.addons.mail.tests.common import MockEmail

from .service_common import ServiceCase

#: As Outlook for Windows sends a reply: text and HTML, the original quoted below a line.
OUTLOOK = """Return-Path: <contact@example.com>
From: "Contact" <contact@example.com>
To: {to}
Subject: {subject}
Thread-Index: AQHZ3f0n9w2o1T5R9kq0zA==
Message-ID: {message_id}
{headers}Content-Language: en-US
X-MS-Has-Attach:
X-MS-TNEF-Correlator:
MIME-Version: 1.0
Content-Type: multipart/alternative;
\tboundary="_000_AM0PR01MB3841_"

--_000_AM0PR01MB3841_
Content-Type: text/plain; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

It leaks again, d=E9j=E0.

From: Service <service@test.mycompany.com>
Sent: Monday, March 2, 2026 09:00
Subject: [{number}] The pump leaks

Tighten the ring.

--_000_AM0PR01MB3841_
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

<html xmlns:o=3D"urn:schemas-microsoft-com:office:office"><head><style><!--
p.MsoNormal {{margin:0cm;}}
--></style></head><body lang=3D"EN-US" class=3D"WordSection1">
<p class=3D"MsoNormal">It leaks again, d=E9j=E0.<o:p></o:p></p>
<div style=3D"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">
<p class=3D"MsoNormal"><b>From:</b> Service &lt;service@test.mycompany.com&gt;<br>
<b>Sent:</b> Monday, March 2, 2026 09:00</p></div>
<p class=3D"MsoNormal">Tighten the ring.</p></body></html>

--_000_AM0PR01MB3841_--
"""

#: As a mail server reports what it could not deliver.
BOUNCE = """Return-Path: <>
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: {message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="BNC"

--BNC
Content-Type: text/plain; charset=us-ascii

The mail system could not deliver your message.

--BNC
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; contact@example.com
Action: failed
Status: 5.1.1

--BNC
Content-Type: message/rfc822

Message-ID: {original}
From: service@test.mycompany.com
To: contact@example.com
Subject: [{number}] The pump leaks

Tighten the ring.

--BNC--
"""


class GatewayCase(ServiceCase, MockEmail):
    """The team's address, and mails that reach it as bytes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._init_mail_gateway()
        cls.company.alias_domain_id = cls.mail_alias_domain
        cls.team.write({"alias_name": "service", "alias_domain_id": cls.mail_alias_domain.id})
        cls.address = f"service@{cls.alias_domain}"
        cls.ids = (f"<runwell-{number}@mail.example.com>" for number in itertools.count())

    def receive(self, raw):
        """Let a mail in, as Odoo fetches it; return the requests that are new."""
        before = self.env["runwell.request"].search([])
        raw = raw.encode() if isinstance(raw, str) else raw
        with self.mock_mail_gateway():
            self.env["mail.thread"].with_user(self.env.ref("base.user_root")).message_process(
                None, raw.replace(b"\n", b"\r\n"),
            )
        return self.env["runwell.request"].search([]) - before

    def raw(self, sender="New Person <new@stranger.example.org>", subject="A question",
            body="How do I clean it?", to=None, kind="text/plain; charset=utf-8", **headers):
        """Return the bytes of a simple mail."""
        lines = {
            "Return-Path": "<someone@example.com>", "From": sender, "To": to or self.address,
            "Subject": subject, "Message-ID": next(self.ids), "MIME-Version": "1.0",
            "Content-Type": kind,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        head = "\n".join(f"{name}: {value}" for name, value in lines.items() if value is not None)
        return f"{head}\n\n".encode() + (body if isinstance(body, bytes) else body.encode())

    def mail(self, *args, **kwargs):
        """Let a simple mail in; return the requests that are new."""
        return self.receive(self.raw(*args, **kwargs))

    def answer_id(self, request):
        """Return the Message-Id of the answer that the customer was sent."""
        return self.mails_of(request)[0].message_id
