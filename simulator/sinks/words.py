"""The words and numbers of a picture, in English and Vietnamese."""

from dataclasses import dataclass

from simulator.sinks.daily import Daily


@dataclass(frozen=True)
class Words:
    """One language."""

    lang: str
    received: str
    finished: str
    flow: str
    week: str
    a_day: str
    backlog: str
    open_: str
    dossiers: str
    late: str
    by_office: str
    worst: str
    left_out: str
    nothing: str
    office: str
    day: str
    fell_due: str
    late_ones: str
    late_share: str
    table_days: str
    table_offices: str

    def number(self, value: int) -> str:
        """A whole number: 1,234 or 1.234."""
        return f"{value:,}".replace(",", "." if self.lang == "vi" else ",")

    def percent(self, part: int, whole: int) -> str:
        """A share that had better be small: rounded up, so that what is not 0 never reads as 0."""
        tenths = -(-part * 1000 // whole) if whole else 0
        return f"{tenths // 10}{',' if self.lang == 'vi' else '.'}{tenths % 10} %"

    def share(self, part: int, whole: int) -> str:
        """A share, and what it is a share of."""
        return f"{self.percent(part, whole)} ({self.number(part)}/{self.number(whole)})"

    def period(self, daily: Daily) -> str:
        """The first and the last day."""
        first, last = daily.days[0], daily.days[-1]
        return f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"

    def worst_of(self, bars: int, offices: int) -> str:
        """The heading of the bars where they are not all offices."""
        return f"{self.by_office}: {self.worst.format(bars, offices)}"


WORDS = {
    "en": Words(
        lang="en",
        received="received",
        finished="finished",
        flow="Dossiers a day",
        week="mean over a week",
        a_day="dossiers a day",
        backlog="Open at the end of the day",
        open_="open",
        dossiers="dossiers",
        late="late, % of those that fell due",
        by_office="Lateness by office",
        worst="the worst {} of {}",
        left_out="offices where fewer than {} fell due are left out",
        nothing="no dossier fell due",
        office="office",
        day="day",
        fell_due="fell due",
        late_ones="late",
        late_share="share late",
        table_days="By day",
        table_offices="By office",
    ),
    "vi": Words(
        lang="vi",
        received="tiếp nhận",
        finished="kết thúc",
        flow="Số hồ sơ mỗi ngày",
        week="trung bình tuần",
        a_day="hồ sơ/ngày",
        backlog="Đang giải quyết cuối ngày",
        open_="đang giải quyết",
        dossiers="hồ sơ",
        late="trễ hạn, % số hồ sơ đến hạn",
        by_office="Trễ hạn theo đơn vị",
        worst="{} đơn vị trễ nhất trong {}",
        left_out="không kể đơn vị có dưới {} hồ sơ đến hạn",
        nothing="chưa có hồ sơ đến hạn",
        office="đơn vị",
        day="ngày",
        fell_due="đến hạn",
        late_ones="trễ hạn",
        late_share="tỷ lệ trễ hạn",
        table_days="Theo ngày",
        table_offices="Theo đơn vị",
    ),
}
