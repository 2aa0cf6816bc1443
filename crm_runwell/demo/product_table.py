"""What the demo company sells, and who buys what. Plain data, no Odoo."""

from typing import NamedTuple


class Product(NamedTuple):
    code: str
    name: str
    category: str
    uom: str  # external id of the unit
    cost: float  # in US dollars
    price: float  # in US dollars, as of today


CATEGORIES = {
    "beans": "Coffee Beans",
    "capsules": "Ground Coffee & Capsules",
    "tea": "Tea",
    "extras": "Syrups & Sweets",
    "equipment": "Equipment & Tableware",
}

KG, UNIT, DOZEN, PACK = (f"uom.product_uom_{name}" for name in ("kgm", "unit", "dozen", "pack_6"))

PRODUCTS = [
    Product("CB-ESP", "Espresso Blend Torre", "beans", KG, 9.4, 17.5),
    Product("CB-ETH", "Ethiopia Yirgacheffe", "beans", KG, 12.8, 24.0),
    Product("CB-COL", "Colombia Huila", "beans", KG, 10.6, 19.8),
    Product("CB-DEC", "Decaf Swiss Water", "beans", KG, 11.2, 20.5),
    Product("CB-YUN", "Yunnan Pu'er Single Estate", "beans", KG, 10.1, 19.0),
    Product("GC-HOU", "House Filter, ground", "capsules", KG, 8.1, 14.9),
    Product("GC-SAC", "Filter Sachets 80 g, box of 50", "capsules", UNIT, 21.0, 36.0),
    Product("GC-CAP", "Capsules Lungo, box of 100", "capsules", UNIT, 19.5, 34.5),
    Product("GC-CRI", "Capsules Ristretto, box of 100", "capsules", UNIT, 19.5, 34.5),
    Product("TE-EBR", "English Breakfast, 100 bags", "tea", UNIT, 5.2, 11.4),
    Product("TE-EGR", "Earl Grey, 100 bags", "tea", UNIT, 5.6, 12.2),
    Product("TE-LJG", "Longjing Green, loose", "tea", KG, 38.0, 74.0),
    Product("TE-OOL", "Tieguanyin Oolong, loose", "tea", KG, 33.0, 65.0),
    Product("TE-MAT", "Matcha Ceremonial", "tea", KG, 88.0, 165.0),
    Product("TE-HRB", "Alpine Herbs, 100 bags", "tea", UNIT, 6.1, 13.0),
    Product("SX-VAN", "Vanilla Syrup 1 l", "extras", PACK, 27.0, 46.0),
    Product("SX-CAR", "Caramel Syrup 1 l", "extras", PACK, 27.0, 46.0),
    Product("SX-OAT", "Oat Drink Barista 1 l", "extras", PACK, 8.9, 14.4),
    Product("SX-SUG", "Sugar Sticks, box of 1000", "extras", UNIT, 9.5, 16.5),
    Product("SX-BIS", "Speculoos, box of 300", "extras", UNIT, 12.9, 22.0),
    Product("SX-GIF", "Gift Tin Four Seasons", "extras", UNIT, 11.0, 24.5),
    Product("EQ-CUP", "Porcelain Cup 180 ml", "equipment", DOZEN, 34.0, 62.0),
    Product("EQ-TOG", "Paper Cup 12 oz, box of 1000", "equipment", UNIT, 41.0, 66.0),
    Product("EQ-CLE", "Machine Cleaner 900 g", "equipment", UNIT, 7.8, 15.5),
    Product("EQ-GRI", "Grinder Pro 64", "equipment", UNIT, 390.0, 640.0),
    Product("EQ-POT", "Glass Teapot 1.2 l", "equipment", UNIT, 13.5, 27.0),
]


def _shares(text):
    """Return ``{product code: share}`` from lines of such pairs."""
    words = text.split()
    return dict(zip(words[::2], map(float, words[1::2]), strict=True))


# profile: (industry's external id, share of orders that hold each product, best-liked first)
PROFILES = {
    "cafe": (
        "base.res_partner_industry_I",
        _shares(
            """
            CB-ESP 0.9  CB-ETH 0.4  CB-COL 0.35  SX-OAT 0.6  SX-VAN 0.3
            SX-CAR 0.2  EQ-TOG 0.45  EQ-CLE 0.15  TE-EGR 0.15  EQ-GRI 0.02
            """
        ),
    ),
    "hotel": (
        "base.res_partner_industry_I",
        _shares(
            """
            GC-SAC 0.8  GC-HOU 0.6  TE-EBR 0.5  TE-HRB 0.35  SX-SUG 0.35
            SX-BIS 0.3  GC-CAP 0.3  EQ-CUP 0.1  CB-DEC 0.15
            """
        ),
    ),
    "office": (
        "base.res_partner_industry_N",
        _shares(
            """
            GC-CAP 0.85  GC-CRI 0.5  TE-EBR 0.35  TE-HRB 0.25  SX-BIS 0.3
            SX-SUG 0.25  CB-COL 0.2  SX-OAT 0.25  EQ-CLE 0.1
            """
        ),
    ),
    "shop": (
        "base.res_partner_industry_G",
        _shares(
            """
            CB-COL 0.6  CB-ETH 0.6  TE-EGR 0.45  TE-LJG 0.25  SX-GIF 0.4
            CB-YUN 0.3  TE-HRB 0.25  EQ-POT 0.15  TE-MAT 0.1
            """
        ),
    ),
    "teahouse": (
        "base.res_partner_industry_I",
        _shares(
            """
            TE-LJG 0.75  TE-OOL 0.65  TE-MAT 0.3  TE-EBR 0.2
            EQ-POT 0.25  SX-GIF 0.25  CB-YUN 0.2  EQ-CUP 0.1
            """
        ),
    ),
}


def basket(customer, value, age, rng, without=""):
    """Return one order's ``(product, quantity)`` pairs, worth about ``value``.

    Products of the category ``without`` are left out. Never empty.
    """
    by_code = {product.code: product for product in PRODUCTS}
    liked = {
        by_code[code]: chance
        for code, chance in PROFILES[customer.profile][1].items()
        if by_code[code].category != without
    }
    chosen = [product for product, chance in liked.items() if rng.random() < chance]
    chosen = chosen[:4] or [next(iter(liked))]
    shares = [rng.uniform(0.5, 1.5) * (1.6 if index == 0 else 1) for index in range(len(chosen))]
    total = sum(shares)
    return [
        (product, max(round(value * share / total / product.price), 1))
        for product, share in zip(chosen, shares, strict=True)
    ]
