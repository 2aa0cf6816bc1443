"""What the demo's customers ask of the service, and how it is answered. Plain data, no Odoo."""

from typing import NamedTuple

#: tag: colour
TAGS = {"Delivery": 3, "Quality": 1, "Machine": 8, "Invoice": 5, "Account": 10, "Product": 4}


class Topic(NamedTuple):
    """A matter that comes up again and again."""

    kind: str  # enquiry, complaint or suggestion
    tag: str
    subjects: tuple  # ways to say the same
    detail: str
    answer: str
    chinese: bool = False


TOPICS = (
    Topic(
        "complaint", "Delivery", ("Delivery is late", "Where is our delivery?"),
        "The delivery was announced for yesterday morning and has not come. We open at seven.",
        "The carrier missed the pick-up. It is on the van now and reaches you tomorrow before "
        "ten; the freight is on us.",
    ),
    Topic(
        "complaint", "Delivery", ("Cartons arrived crushed", "Damaged cartons in the delivery"),
        "Two of the six cartons were crushed, and the bags inside are torn.",
        "Thank you for the photos. We send the torn bags again with tomorrow's van; please hand "
        "the damaged ones to the driver.",
    ),
    Topic(
        "complaint", "Quality", ("Beans taste stale", "Last batch of espresso tastes flat"),
        "The espresso from the last batch has no crema and tastes stale. Our guests noticed.",
        "The batch was roasted nine weeks ago and should not have left our store. A fresh one "
        "is on its way, and the old one is credited in full.",
    ),
    Topic(
        "complaint", "Machine",
        ("Espresso machine leaks", "Water runs out under the espresso machine"),
        "The machine leaks at the group head as soon as the pressure is up. We wiped and tried "
        "again, no change.",
        "That is the gasket of the group head: turn the water off, take the old one out with a "
        "screwdriver and press the new one in, chamfer up. The part is in the post today.",
    ),
    Topic(
        "enquiry", "Machine", ("Grinder jams", "The grinder stops after some seconds"),
        "The grinder hums and stops. Is there something we can do before calling a technician?",
        "Unplug it, lift the hopper and take the upper burr off; mostly a stone or a hard bean "
        "is caught. If it hums still, we send a technician.",
    ),
    Topic(
        "enquiry", "Machine", ("How often to descale", "Descaling the boiler"),
        "The display asks for descaling every week. Is that right with our water?",
        "With hard water, yes. A filter cartridge brings it down to once in three months; "
        "the one that fits is CL-240 in the catalogue.",
    ),
    Topic(
        "complaint", "Invoice", ("Invoice does not match the delivery", "Wrong quantity invoiced"),
        "We received ten bags, the invoice says twelve.",
        "You are right, two bags were short. The credit note is in your mailbox; please pay the "
        "difference only.",
    ),
    Topic(
        "enquiry", "Invoice", ("Copy of an invoice", "Please send the invoice again"),
        "Our bookkeeping cannot find the invoice of last month. Could we have it once more?",
        "It is attached. You find all invoices in the customer portal as well, under "
        "My invoices.",
    ),
    Topic(
        "enquiry", "Invoice", ("New billing address", "Please change our billing address"),
        "From next month on invoices should go to our head office.",
        "Changed. The next invoice goes to the new address; the delivery address stays.",
    ),
    Topic(
        "enquiry", "Account", ("Cannot log in to the portal", "Portal password does not work"),
        "The portal says that the password is wrong. We have tried to reset it.",
        "The reset mail went to an old address. We corrected it; please ask for a new password "
        "once more.",
    ),
    Topic(
        "enquiry", "Product", ("Is the decaf organic?", "Certificates for the decaf"),
        "A guest asks whether the decaf is certified organic. Is there a certificate?",
        "It is, by a body of the European Union. The certificate is attached; the logo is on "
        "every bag.",
    ),
    Topic(
        "enquiry", "Delivery", ("Can we move the delivery day?", "Another delivery day"),
        "Could the van come on Tuesdays instead of Fridays?",
        "Yes, from next week on you are on the Tuesday tour, between eight and eleven.",
    ),
    Topic(
        "suggestion", "Product", ("Smaller bags of single origin", "Half-kilo bags, please"),
        "For single origins a kilo is too much for us. Half-kilo bags would sell better.",
        "Good idea, and you are the third to say so. We try it with the two best sellers from "
        "next quarter on.",
    ),
    Topic(
        "suggestion", "Delivery", ("Take the empty crates back", "Returnable crates"),
        "Could the driver take the empty crates back on the next tour?",
        "From this week on the drivers do. Please have them ready at the door.",
    ),
    Topic(
        "complaint", "Machine", ("咖啡机漏水", "咖啡机冲煮头一直漏水"),
        "昨天开始咖啡机冲煮头漏水，加压后更严重，店里没法出品，请尽快处理。",
        "是冲煮头密封圈老化。请先关闭进水，取下旧密封圈，把新的倒角朝上压入即可。配件今天寄出。",
        True,
    ),
    Topic(
        "complaint", "Delivery", ("送货迟到两天", "货还没有到"),
        "订单应该前天送到，到现在还没有收到货，影响我们营业。",
        "非常抱歉，承运商漏取了这批货。现已重新安排，明天上午十点前送达，运费由我们承担。", True,
    ),
    Topic(
        "enquiry", "Invoice", ("发票抬头需要修改", "请重新开具发票"),
        "公司更名了，请把发票抬头改成新的公司名称后重新开具。",
        "已按新抬头重新开具，电子发票已发到您的邮箱，原发票已作废。", True,
    ),
    Topic(
        "enquiry", "Product", ("茶叶样品", "想要一些新茶样品"),
        "听说有新茶上市，可以寄一些样品给我们品尝吗？",
        "样品已寄出，共三款，附冲泡说明。满意的话可以在门户网站直接下单。", True,
    ),
)


class Case(NamedTuple):
    """A request that the demo tells something with.

    ``hours``: how long ago it came. ``due_in``: instead of it, the working hours until its
    first answer or, once answered, its solution is due.
    """

    customer: str  # of customer_table, "" for an unknown sender
    topic: int  # place in TOPICS
    state: str
    channel: str
    hours: int = 0
    agent: str = "ann.service"
    priority: str = "0"
    due_in: float = 0.0
    answered: bool = False  # a first word was sent
    waiting: bool = False  # for the customer
    stars: int = 0
    comment: str = ""
    reopened: bool = False


CASES = (
    # unhappy, about to leave, and the complaint is open: the first to be called
    Case("Hill Country Hospitality", 2, "assigned", "phone", 60, "ann.service", "3", stars=1,
         comment="Stale again. Nobody called us back.", reopened=True),
    # unhappy, but won over by the second answer
    Case("Lakeshore Office Services", 6, "processed", "email", 190, "ben.service", "1", stars=2,
         comment="The credit note has the wrong amount too.", reopened=True),
    # open: overdue, due soon, waiting
    Case("Sound Transit Cafés", 0, "assigned", "email", 240, "ann.service", "2", answered=True),
    Case("Cedar & Pine Hotels", 3, "assigned", "portal", 0, "ann.service", "2", due_in=1.0),
    Case("Foundry Lane Cafés", 1, "assigned", "email", 0, "ben.service", "1", due_in=2.0),
    Case("上海云栖茶业有限公司", 15, "assigned", "message", 0, "ben.service", "1", due_in=3.0),
    Case("Maple Row Grocers", 4, "assigned", "phone", 0, "ann.service", due_in=2.5,
         answered=True),
    Case("Lone Star Breakfast Club", 9, "assigned", "web", 30, "ann.service", answered=True,
         waiting=True),
    Case("Yamanote Kissaten", 10, "assigned", "email", 75, "ben.service", answered=True,
         waiting=True),
    Case("深圳前海咖啡连锁有限公司", 17, "assigned", "message", 20, "ben.service"),
    Case("Nordhavn Kaffebar", 12, "assigned", "exhibition", 50, "ann.service"),
    Case("Bürobedarf Elbe", 7, "assigned", "fax", 28, "ann.service"),
    Case("Café Rambla", 0, "assigned", "phone", 5, "ben.service", "1", answered=True),
    # nobody has them yet
    Case("Blue Heron Coffee House", 5, "new", "web", 3),
    Case("Grand Canal Hotel Group", 1, "new", "email", 2, priority="2"),
    Case("厦门鼓浪屿民宿管理有限公司", 16, "new", "message", 4),
    Case("", 10, "new", "email", 1),
    Case("Comptoir des Halles", 11, "new", "email", 6),
    # twice the same: by mail, then by phone
    Case("Harbor Light Inn", 6, "assigned", "email", 26, "ben.service"),
    Case("Harbor Light Inn", 6, "duplicate", "phone", 25, "ben.service"),
    # answered, the customer has not rated yet
    Case("Riverbend Bakery", 4, "processed", "phone", 20, "ann.service"),
    Case("Coworks Pacific", 8, "processed", "email", 45, "ben.service"),
    Case("北京燕京饭店用品有限公司", 14, "processed", "message", 70, "ben.service", "1"),
    Case("Third Street Roasters", 13, "processed", "visit", 90, "ann.service"),
    Case("Cedar & Pine Hotels", 7, "processed", "portal", 50, "ann.service"),
    Case("Kaffeehaus Lindner", 11, "processed", "call_centre", 30, "ann.service"),
)

#: Who asked within the last half year and was answered long ago.
PAST_CUSTOMERS = (
    "Blue Heron Coffee House", "Cedar & Pine Hotels", "Lone Star Breakfast Club",
    "Lakeshore Office Services", "Harbor Light Inn", "Foundry Lane Cafés",
    "Grand Canal Hotel Group", "Third Street Roasters", "Coworks Pacific",
    "Hill Country Hospitality", "Camden Lock Kitchens", "Kaffeehaus Lindner",
    "Comptoir des Halles", "Café Rambla",
)
PAST_CHINESE = (
    "上海云栖茶业有限公司", "北京燕京饭店用品有限公司", "深圳前海咖啡连锁有限公司", "广州岭南茶楼",
)
PAST_COUNT = 38

#: Whose contact logs in on the portal.
PORTAL_CUSTOMER = "Cedar & Pine Hotels"
#: Whether a complaint: working hours to the first answer and to the solution, as the policies
#: have it that a company begins with.
GOALS = {True: (4.0, 24.0), False: (8.0, 40.0)}
#: name, type, tag, answer
CANNED = (
    ("Apology for a late delivery", "complaint", "Delivery",
     "<p>Dear {{contact}},</p><p>we are sorry that {{order}} is late. It reaches you tomorrow "
     "before ten, and the freight is on us.</p><p>{{agent}}<br/>{{company}}</p>"),
    ("Goods damaged on the way", "complaint", "Delivery",
     "<p>Dear {{contact}},</p><p>thank you for telling us. The damaged goods of {{order}} are "
     "sent again with tomorrow's van; please hand the old ones to the driver.</p>"
     "<p>{{agent}}<br/>{{company}}</p>"),
    ("Stale batch: replace and credit", "complaint", "Quality",
     "<p>Dear {{contact}},</p><p>this batch should not have left our store. A fresh one is on "
     "its way, and the old one is credited in full.</p><p>{{agent}}<br/>{{company}}</p>"),
    ("Leak: change the gasket", "", "Machine",
     "<p>Dear {{contact}},</p><p>turn the water off, take the old gasket of the group head out "
     "and press the new one in, chamfer up. The part is in the post today.</p>"
     "<p>{{agent}}<br/>{{company}}</p>"),
    ("Invoice sent again", "enquiry", "Invoice",
     "<p>Dear {{contact}},</p><p>the invoice is attached. You find all of them in the customer "
     "portal, under My invoices.</p><p>{{agent}}<br/>{{company}}</p>"),
    ("Portal password", "enquiry", "Account",
     "<p>Dear {{contact}},</p><p>please choose Reset password on the login page; the mail comes "
     "within a minute. Tell us if it does not.</p><p>{{agent}}<br/>{{company}}</p>"),
    ("Thank you for the idea", "suggestion", "",
     "<p>Dear {{contact}},</p><p>thank you for your idea. We look into it and tell you what "
     "becomes of it.</p><p>{{agent}}<br/>{{company}}</p>"),
    ("请客户补充信息", "", "",
     "<p>{{contact}}，您好：</p><p>关于 {{number}}，请补充订单号和照片，我们会尽快处理。</p>"
     "<p>{{agent}}<br/>{{company}}</p>"),
)
