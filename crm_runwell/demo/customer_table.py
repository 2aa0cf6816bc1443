"""The customers of the demo company: one row each. Plain data, no Odoo.

``company``: which company sells to them: ``main``, ``second`` or ``both``.
``foreign``: the main company bills them in the second company's currency, by a pricelist.
``dropped``: a product category that they have not bought for DROPPED_AGE days although they
still buy the others.
"""

from typing import NamedTuple

DROPPED_AGE = 170


class Customer(NamedTuple):
    ref: str  # the partner's internal reference, by which demo records are found again
    name: str
    city: str
    profile: str  # what they are and buy, see product_table.PROFILES
    behaviour: str  # how they buy, see behaviours.BEHAVIOURS
    size: int  # value of a usual order in the company's currency
    rhythm: int = 0
    stop: int = 0
    start: int = 0
    company: str = "main"
    foreign: bool = False
    dropped: str = ""


# city: country code, postcode, state code (or ""), salesperson's login
CITIES = {
    "Portland": ("US", "97209", "OR", "tom.sales"),
    "Seattle": ("US", "98101", "WA", "tom.sales"),
    "Austin": ("US", "78701", "TX", "tom.sales"),
    "Chicago": ("US", "60607", "IL", "tom.sales"),
    "Brooklyn": ("US", "11211", "NY", "tom.sales"),
    "Boston": ("US", "02116", "MA", "tom.sales"),
    "San Diego": ("US", "92101", "CA", "tom.sales"),
    "Toronto": ("CA", "M5V 2T6", "ON", "tom.sales"),
    "Vancouver": ("CA", "V6B 1A1", "BC", "tom.sales"),
    "Ciudad de México": ("MX", "06700", "", "tom.sales"),
    "London": ("GB", "EC1V 9BX", "", "mia.sales"),
    "Edinburgh": ("GB", "EH1 1RE", "", "mia.sales"),
    "Dublin": ("IE", "D02 X285", "", "mia.sales"),
    "Amsterdam": ("NL", "1015 CJ", "", "mia.sales"),
    "Rotterdam": ("NL", "3011 AA", "", "mia.sales"),
    "Berlin": ("DE", "10119", "", "mia.sales"),
    "Hamburg": ("DE", "20457", "", "mia.sales"),
    "München": ("DE", "80331", "", "mia.sales"),
    "Wien": ("AT", "1070", "", "mia.sales"),
    "Zürich": ("CH", "8005", "", "mia.sales"),
    "Paris": ("FR", "75011", "", "mia.sales"),
    "Lyon": ("FR", "69002", "", "mia.sales"),
    "Milano": ("IT", "20121", "", "mia.sales"),
    "Barcelona": ("ES", "08003", "", "mia.sales"),
    "København": ("DK", "1620", "", "mia.sales"),
    "Tokyo": ("JP", "150-0001", "", "lin.sales"),
    "Singapore": ("SG", "089763", "", "lin.sales"),
    "Melbourne": ("AU", "3000", "VIC", "lin.sales"),
    "上海": ("CN", "200031", "沪", "lin.sales"),
    "北京": ("CN", "100027", "京", "lin.sales"),
    "广州": ("CN", "510620", "粤", "lin.sales"),
    "深圳": ("CN", "518048", "粤", "lin.sales"),
    "杭州": ("CN", "310007", "浙", "lin.sales"),
    "成都": ("CN", "610041", "蜀", "lin.sales"),
    "厦门": ("CN", "361001", "闽", "lin.sales"),
}

# name | city | profile | behaviour | size | what differs from the defaults
_TABLE = """
# steady: the base of the business
Blue Heron Coffee House | Portland | cafe | steady | 620 | rhythm=14 start=520
Cedar & Pine Hotels | Seattle | hotel | steady | 3400 | rhythm=30
Lone Star Breakfast Club | Austin | cafe | steady | 480 | rhythm=21 start=610
Lakeshore Office Services | Chicago | office | steady | 1900 | dropped=tea
Harbor Light Inn | Boston | hotel | steady | 1250 | rhythm=35
Maple Row Grocers | Toronto | shop | steady | 1500 |
Foundry Lane Cafés | London | cafe | steady | 880 | rhythm=18 start=510 foreign
Grand Canal Hotel Group | Dublin | hotel | steady | 2700 | foreign
Kaffeehaus Lindner | Wien | cafe | steady | 760 | company=both
上海云栖茶业有限公司 | 上海 | teahouse | steady | 2300 | rhythm=25
北京燕京饭店用品有限公司 | 北京 | hotel | steady | 4100 | rhythm=32
Yamanote Kissaten | Tokyo | cafe | steady | 700 |
Merlion Office Pantry | Singapore | office | steady | 1350 | dropped=tea
Flinders Roast Bar | Melbourne | cafe | steady | 540 | rhythm=22 start=600
Comptoir des Halles | Paris | shop | steady | 1100 | company=second
Bürobedarf Elbe | Hamburg | office | steady | 1600 | company=second
Café Rambla | Barcelona | cafe | steady | 430 | rhythm=17 start=420 company=second
# seasonal: the last quarter is theirs
Evergreen Gift Baskets | Seattle | shop | seasonal | 2100 |
Winter Market Traders | Edinburgh | shop | seasonal | 900 | foreign
Christkindl Feinkost | München | shop | seasonal | 1300 | company=both
杭州龙井礼品行 | 杭州 | teahouse | seasonal | 1700 | rhythm=14
Snowline Lodges | Vancouver | hotel | seasonal | 1500 | rhythm=15
# growing
Third Street Roasters | Brooklyn | cafe | growing | 520 |
Coworks Pacific | San Diego | office | growing | 780 |
Nordhavn Kaffebar | København | cafe | growing | 460 | foreign
深圳前海咖啡连锁有限公司 | 深圳 | cafe | growing | 1400 | rhythm=30
Limmat Bistro Gruppe | Zürich | hotel | growing | 900 | company=both
Tiendas Roma Norte | Ciudad de México | shop | growing | 640 |
# fading: longer gaps, smaller baskets
Old Mill Tea Rooms | Boston | teahouse | fading | 720 | stop=62
Prairie State Catering | Chicago | hotel | fading | 1850 | rhythm=14 stop=75
Queen West Provisions | Toronto | shop | fading | 980 |
Shoreditch Desk Club | London | office | fading | 1200 | stop=70 foreign
广州岭南茶楼 | 广州 | teahouse | fading | 1550 | rhythm=12 start=520 stop=66
Sakura Pantry | Tokyo | shop | fading | 610 | stop=48
Brasserie des Brotteaux | Lyon | hotel | fading | 840 | company=second
# stopped: a strong rhythm, then silence. These are the warnings.
Sound Transit Cafés | Seattle | cafe | stopped | 2900 | rhythm=9 start=430 stop=64
Hill Country Hospitality | Austin | hotel | stopped | 4600 | rhythm=16 start=650 stop=92
Windy City Workspaces | Chicago | office | stopped | 1450 | rhythm=14 start=610 stop=108
Beacon Books & Beans | Boston | cafe | stopped | 380 | rhythm=10 start=430 stop=121
Gastown Grocers | Vancouver | shop | stopped | 1750 | rhythm=20 stop=134
Camden Lock Kitchens | London | cafe | stopped | 950 | rhythm=12 start=450 stop=79
Liffey House Hotels | Dublin | hotel | stopped | 3100 | rhythm=21 stop=118
上海静安咖啡文化有限公司 | 上海 | cafe | stopped | 3800 | rhythm=11 start=420 stop=86
成都锦里茶馆 | 成都 | teahouse | stopped | 1250 | rhythm=15 start=650 stop=147
Marina Bay Suites | Singapore | hotel | stopped | 5200 | rhythm=25 stop=163
Southbank Larder | Melbourne | shop | stopped | 560 | rhythm=13 start=560 stop=232
Spree Rösterei | Berlin | cafe | stopped | 1150 | rhythm=12 start=600 stop=95 company=both foreign
Maashaven Horeca | Rotterdam | hotel | stopped | 2200 | rhythm=14 start=520 stop=83 company=second
Torrefazione Brera | Milano | shop | stopped | 870 | rhythm=12 start=460 stop=126 company=second
# returned after a year
Riverbend Bakery | Portland | cafe | returned | 510 |
Mission Valley Resorts | San Diego | hotel | returned | 2400 | rhythm=30
厦门鼓浪屿民宿管理有限公司 | 厦门 | hotel | returned | 1300 |
Princes Street Tea Company | Edinburgh | teahouse | returned | 690 | foreign
# one-off
Brooklyn Film Week | Brooklyn | office | one_off | 2600 | start=410
Texas Tech Summit | Austin | office | one_off | 3900 | start=205
Polanco Wedding Studio | Ciudad de México | hotel | one_off | 1250 | start=520
北京国际茶博会 | 北京 | teahouse | one_off | 2800 | start=140
Zürich Charity Run | Zürich | office | one_off | 700 | start=330 company=second
# two orders
Cambridge Faculty Club | Boston | office | two_orders | 640 |
Granville Island Pantry | Vancouver | shop | two_orders | 820 | start=210
广州珠江新城办公服务 | 广州 | office | two_orders | 1100 | start=520
Grachten Boutique Hotel | Amsterdam | hotel | two_orders | 950 | start=280 company=second
# new: the first order within 90 days
Pearl District Deli | Portland | shop | new | 560 |
Harajuku Matcha Stand | Tokyo | teahouse | new | 480 | start=55
成都天府软件园咖啡 | 成都 | cafe | new | 890 | rhythm=12 start=40
Maison Voltaire | Paris | shop | new | 620 | start=62 company=second
# prospects: a quotation or an opportunity, no purchase yet
Great Lakes Cinemas | Chicago | cafe | prospect | 5200 |
Old Port Brewing | Boston | cafe | prospect | 1400 |
Hyde Park Members Club | London | hotel | prospect | 3600 |
深圳湾科技园餐饮 | 深圳 | office | prospect | 6400 |
上海外滩精品酒店 | 上海 | hotel | prospect | 4800 |
Speicherstadt Coworking | Hamburg | office | prospect | 2100 | company=second
# rescued: silent for two months, warned about, and back since a week or two
Pike Street Kitchens | Seattle | cafe | rescued | 1900 |
Neubau Kaffeehaus | Wien | cafe | rescued | 1250 | foreign
杭州西湖茶舍 | 杭州 | teahouse | rescued | 1600 | rhythm=10
"""


def _parse(number, line):
    """Return the customer that a line of the table describes."""
    name, city, profile, behaviour, size, options = (part.strip() for part in line.split("|"))
    given = {option.partition("=")[0]: option.partition("=")[2] for option in options.split()}
    return Customer(
        ref=f"RW{number:03d}",
        name=name,
        city=city,
        profile=profile,
        behaviour=behaviour,
        size=int(size),
        rhythm=int(given.get("rhythm", 0)),
        stop=int(given.get("stop", 0)),
        start=int(given.get("start", 0)),
        company=given.get("company", "main"),
        foreign="foreign" in given,
        dropped=given.get("dropped", ""),
    )


CUSTOMERS = [
    _parse(number, line)
    for number, line in enumerate(
        (line for line in _TABLE.strip().splitlines() if not line.startswith("#")), start=1
    )
]
