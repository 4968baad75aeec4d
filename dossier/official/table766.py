"""The table of index 766: its groups, and indicators with points, inputs and score rules [V:S1, V:S28]."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from dossier.official.words766 import CAVEATS, FORMULAS, NAMES, Words


class Group(NamedTuple):
    """A group and its points."""

    id: str
    api: str
    """The national portal's name of it."""
    maximum: float
    words: Words


class Indicator(NamedTuple):
    """An indicator: its counts as sums of inputs ("-name" is taken away) and its score rule."""

    group: str
    code: str
    """Its number in the published description."""
    api: str
    """The national portal's name of it, or of its counts; "" where it has none [V:S1, V:S28]."""
    maximum: float | None
    """Points; 0 where it is shown and not scored, None where the source does not say."""
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    full_at: Fraction = Fraction(1)
    """The ratio from which on all points are given; below it they are in proportion."""
    empty: int = 0
    """Points where there is nothing to judge (0/0)."""
    factor: tuple[str, str] | None = None
    """Part and whole of a share by which the ratio is multiplied."""
    mean: bool = False
    """Numerator over denominator is an average, not a share."""

    @property
    def words(self) -> Words:
        """What it is called."""
        return NAMES[self.code]

    @property
    def formula(self) -> Words:
        """Numerator over denominator, and the score rule."""
        return FORMULAS[self.code]

    @property
    def caveat(self) -> Words:
        """What to bear in mind; empty for most."""
        return CAVEATS.get(self.code, Words())

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of all counts that it needs."""
        names = (*self.numerator, *self.denominator, *(self.factor or ()))
        return tuple(dict.fromkeys(name.removeprefix("-") for name in names))

    def counts(self, inputs: Mapping[str, int | Fraction]) -> tuple[int | Fraction, int | Fraction]:
        """Numerator and denominator."""
        return _sum(self.numerator, inputs), _sum(self.denominator, inputs)


def _sum(names: tuple[str, ...], inputs: Mapping[str, int | Fraction]) -> int | Fraction:
    return sum(-inputs[name[1:]] if name[0] == "-" else inputs[name] for name in names)


GROUPS = (
    Group("transparency", "transparency", 18, Words("Transparency", "Công khai, minh bạch")),
    Group("progress", "dvc-progress-tree", 20, Words("Progress", "Tiến độ giải quyết")),
    Group("online", "provide-online-tree", 12, Words("Online services", "Dịch vụ công trực tuyến")),
    Group("payment", "formality-online-payment-tree", 10, Words("Online payment", "Thanh toán trực tuyến")),
    Group("digitisation", "dossier-digitized", 22, Words("Digitisation", "Số hóa hồ sơ")),
    Group("satisfaction", "handling-satisfaction", 18, Words("Satisfaction", "Mức độ hài lòng")),
)

SPLIT = ("3.1", "3.2", "3.3")
"""The indicators whose points are known only together (12)."""

_80, _50, _90 = Fraction(4, 5), Fraction(1, 2), Fraction(9, 10)

INDICATORS = (
    Indicator(
        "transparency",
        "1.1",
        "PUBLISH_ON_TIME",
        6,
        ("procedures_announced_in_time",),
        ("procedures_announced",),
    ),
    Indicator(
        "transparency",
        "1.2",
        "PUBLIC_UPDATE_ON_TIME",
        4,
        ("procedures_updated_in_time",),
        ("procedures_to_update",),
    ),
    Indicator(
        "transparency",
        "1.3",
        "PUBLIC_CONTENT_FULL",
        2,
        ("procedures_published_whole",),
        ("procedures_published",),
    ),
    Indicator("transparency", "1.4", "DOSSIER_SYNC", 6, ("dossiers_synced",), ("dossiers_reported",)),
    Indicator("progress", "2.1", "", 20, ("on_time_766",), ("judged_766",)),
    Indicator(
        "progress",
        "2.2",
        "avgProcessingDays",
        0,
        ("processing_days",),
        ("dossiers_completed",),
        mean=True,
    ),
    Indicator(
        "online",
        "3.1",
        "authority/partial/fullCount",
        None,
        ("procedures_offered",),
        ("procedures_in_competence",),
        full_at=_80,
    ),
    Indicator(
        "online", "3.2", "onlineDossierCount/onlineServiceTotal", None, ("procedures_online",), ("services",)
    ),
    Indicator(
        "online",
        "3.3",
        "channelOnlineSum/channelTotalSum",
        None,
        ("online_electronic",),
        ("received",),
        full_at=_50,
        factor=("dossiers_synced", "dossiers_reported"),
    ),
    Indicator("payment", "3.5a", "", 2, ("fee_procedures_with_data",), ("fee_procedures",), full_at=_80),
    Indicator("payment", "3.5b", "", 2, ("fee_procedures_paid_online",), ("fee_procedures",), full_at=_80),
    Indicator("payment", "3.6", "", 6, ("paid_online",), ("obligation",)),
    Indicator("digitisation", "4.1", "ORIGINAL_RESULT_AVAILABLE", 6, ("electronic_results",), ("received",)),
    Indicator("digitisation", "4.2", "SO_HOA_GIAY_TO_GIAI_QUYET", 4, ("digitised_whole",), ("received",)),
    Indicator("digitisation", "4.3", "REUSED_DIGITIZED_DATA", 2, ("reused",), ("received",), full_at=_80),
    Indicator(
        "digitisation",
        "4.4",
        "SYNCED_WITH_DVCQG_PERSONAL_STORAGE",
        4,
        ("dossiers_in_personal_store",),
        ("received",),
    ),
    Indicator(
        "digitisation",
        "4.5a",
        "CITIZEN_DATA_CONNECTED_FORMALITY",
        2,
        ("citizen_procedures_connected",),
        ("citizen_procedures",),
    ),
    Indicator("digitisation", "4.5b", "CITIZEN_DATA_CONNECTED_DOSSIER", 2, ("authenticated",), ("received",)),
    Indicator("digitisation", "4.6", "ELECTRONIC_CERTIFIED_COPY", 2, ("communes_certifying",), ("communes",)),
    Indicator(
        "satisfaction",
        "5.1a",
        "PETITION_CLASSIFICATION_TTHC",
        0,
        ("petitions_about_rules",),
        ("petitions",),
    ),
    Indicator(
        "satisfaction",
        "5.1b",
        "PETITION_CLASSIFICATION_STAFF",
        0,
        ("petitions_about_staff",),
        ("petitions",),
    ),
    Indicator(
        "satisfaction",
        "5.2",
        "PETITION_PROCESSING_ON_TIME",
        6,
        ("petitions_in_time",),
        ("petitions",),
        empty=6,
    ),
    Indicator(
        "satisfaction",
        "5.3",
        "PETITION_HANDLING_SATISFACTION",
        6,
        ("petitions_satisfied",),
        ("petitions",),
        empty=6,
    ),
    Indicator(
        "satisfaction",
        "5.4",
        "DOSSIER_RECEIVING_SATISFACTION",
        6,
        ("received", "-judged_766", "on_time_766", "-dossiers_disliked"),
        ("received",),
        full_at=_90,
    ),
    Indicator("satisfaction", "rating", "", 0, ("satisfied",), ("rated",)),
    Indicator("satisfaction", "sipas", "", 0, ("sipas_satisfied",), ("sipas_asked",)),
)
