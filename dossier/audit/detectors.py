"""The detectors of the integrity audit: what each one means, its source, and from where on it speaks.

Sources are sections of the domain brief ([V] seen, [M] unverified, [I] inferred); "ours" is our own choice.
A finding is a sign that somebody should look, and no proof of a fault or of an intent.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

Severity = Literal["serious", "notable", "information"]
Words = tuple[str, str]
"""English, Vietnamese."""


class Threshold(NamedTuple):
    """A number from which a detector speaks, its unit, and why that one."""

    value: float
    unit: str
    reason: str


_RUN = "the most that the simulated month of Phú Thọ, 163 honest offices, has is"

THRESHOLDS: Mapping[str, Threshold] = {
    "date_slack": Threshold(60, "seconds", "sources cut instants to the minute"),
    "stretch_slack": Threshold(8, "working hours", "rounding to a working day is practice [V-code:S4]"),
    "asked_late": Threshold(0.2, "of the limit", "domain 6: requests in the last 20 %"),
    "asked_whole": Threshold(16, "working hours", "in a limit of a day or less every hour is the last"),
    "asked_least": Threshold(5, "requests", "fewer are no habit (ours)"),
    "asked_tail": Threshold(1e-3, "probability", "of so many there, if any time were as likely (ours)"),
    "refiled": Threshold(2, "times", "once is the law's way; again and again is the complaint"),
    "refiled_days": Threshold(30, "days", "domain 6"),
    "entered_window": Threshold(120, "seconds", "a walk-in takes 8-15 minutes at a counter, domain 5.2 [M]"),
    "entered_least": Threshold(6, "dossiers", f"{_RUN} 3"),
    "entered_tail": Threshold(1e-6, "probability", "by Poisson at twice the office's own pace (ours)"),
    "entered_late": Threshold(30, "minutes", "before closing, and after it: domain 6, 16:30-17:00"),
    "closed_window": Threshold(60, "seconds", "nobody reads and signs so many in a minute (ours)"),
    "closed_least": Threshold(10, "dossiers", f"{_RUN} 5"),
    "closed_ahead": Threshold(4, "working hours", "half a day: due soon, all of them (ours)"),
    "mass_last": Threshold(300, "seconds", "the last minutes before the due instant (ours)"),
    "mass_span": Threshold(2100, "seconds", "the last minutes and the half hour before them (ours)"),
    "mass_least": Threshold(10, "ends", f"{_RUN} 6"),
    "mass_tail": Threshold(1e-6, "probability", "of so many, were the 35 minutes alike; 3,321 communes"),
    "virtual_least": Threshold(100, "judged dossiers", "none late of a few is no wonder (ours)"),
    "filed_a_day": Threshold(10, "dossiers a day", "a family or small firm files a handful (ours)"),
    "matters_least": Threshold(20, "dossiers", "of one account in the record (ours)"),
    "matters_kinds": Threshold(5, "procedures", "a law office files many of a kind, a citizen few (ours)"),
    "numbered": Threshold(0.9, "of the results", "where nine of ten have one, none is odd (ours)"),
    "pair_least": Threshold(10, "late dossiers", "fewer are single faults (ours)"),
    "channel_least": Threshold(50, "dossiers of each channel", "fewer tell nothing (ours)"),
    "channel_tail": Threshold(1e-3, "probability", "one-sided, of two equal shares (ours)"),
}


class Detector(NamedTuple):
    """A detector: its name, how grave it is, among what it looks (`BASES`), its words and its source."""

    name: str
    severity: Severity
    base: str
    title: Words
    evidence: Words
    source: str
    thresholds: tuple[str, ...] = ()


def of(threshold: str) -> float:
    """The value of a threshold."""
    return THRESHOLDS[threshold].value


BASES: Mapping[str, Words] = {
    "known": ("dossiers", "hồ sơ"),
    "received": ("received", "hồ sơ tiếp nhận"),
    "finished": ("finished", "hồ sơ đã kết thúc"),
    "resolved": ("resolved", "hồ sơ đã xử lý xong"),
    "numbered": ("resolved", "hồ sơ đã xử lý xong"),
    "returned": ("returned", "hồ sơ đã trả kết quả"),
    "dated": ("with a due date", "hồ sơ có hẹn trả"),
    "limited": ("with a limit and a due date", "hồ sơ có thời hạn và hẹn trả"),
    "moved": ("waits with a new date", "lần chờ có hẹn mới"),
    "breached": ("overdue", "hồ sơ quá hạn"),
    "lettered": ("with a letter", "hồ sơ có văn bản xin lỗi"),
    "asked": ("asked for papers", "hồ sơ bị yêu cầu bổ sung"),
    "requests": ("requests in limits over two days", "lần yêu cầu với thời hạn trên hai ngày"),
    "judged": ("finished with a due date", "hồ sơ đã kết thúc có hẹn trả"),
    "paired": ("finished with a limit", "hồ sơ đã kết thúc có thời hạn"),
    "submitted": ("filed online", "hồ sơ nộp trực tuyến"),
    "paper": ("not filed online", "hồ sơ không nộp trực tuyến"),
    "accounted": ("online with an account", "hồ sơ trực tuyến có tài khoản"),
    "deviced": ("online with a device", "hồ sơ trực tuyến có thiết bị"),
    "traceable": ("with an account or a predecessor", "hồ sơ có tài khoản hoặc hồ sơ trước"),
    "closed": ("resolved with a due date ahead", "hồ sơ xử lý xong trước hẹn"),
}  # fmt: skip
"""Among what a detector looks."""

_TIMES: Words = ("{times} times", "{times} lần")
_D6, _D13 = "domain 6", "domain 1.3"

DETECTORS: tuple[Detector, ...] = (
    Detector("closed_without_result", "serious", "resolved",
        ("closed though the source says there is no result", "kết thúc trên hệ thống khi chưa có kết quả"),
        ("resolved, and the result number is empty", "đã xử lý xong nhưng số kết quả để trống"),
        "domain 1.8 [V:seed 003], 6"),
    Detector("result_number_missing", "serious", "numbered",
        ("closed without the number that others have", "kết thúc không có số kết quả như các hồ sơ khác"),
        ("no result number, though {numbered} of the office's {resolved} results have one",
         "không có số kết quả, trong khi {numbered}/{resolved} kết quả của đơn vị có số"),
        "domain 6 [V:seed 003]", ("numbered",)),
    Detector("returned_before_resolved", "serious", "returned",
        ("result handed over before it existed", "trả kết quả trước khi xử lý xong"), _TIMES,
        "domain 6 [V:seed 003]"),
    Detector("appointment_overwritten", "serious", "dated",
        ("a passed due date replaced by a later one", "ghi đè ngày hẹn trả đã qua bằng ngày muộn hơn"),
        ("first due {first_at}, now {now_at}", "hẹn ban đầu {first_at}, nay {now_at}"),
        "domain 1.7 [V:S1, I], 6"),
    Detector("appointment_stretched", "notable", "moved",
        ("the date moved further than was waited", "ngày hẹn lùi xa hơn thời gian chờ"),
        ("the wait allowed {most_at}, written {due_at}", "thời gian chờ cho phép {most_at}, ghi {due_at}"),
        "domain 1.5 [V:S1], 6", ("stretch_slack",)),
    Detector("on_time_by_new_date", "information", "judged",
        ("late by the first date, on time by a later one", "trễ theo hẹn đầu, đúng hạn theo hẹn sau"),
        ("first due {first_at}, ended {end_at}, by then due {now_at}",
         "hẹn đầu {first_at}, kết thúc {end_at}, khi đó hẹn {now_at}"),
        "domain 1.7 (766 reads the current date) [I]"),
    Detector("wrong_due_date", "serious", "limited",
        ("the due date is not what the limit gives", "ngày hẹn trả tính sai so với thời hạn"),
        ("{limit} from {start_at} is {right_at}, written {due_at} ({cause})",
         "{limit} từ {start_at} là {right_at}, ghi {due_at} ({cause})"),
        "domain 1.4 bugs [V-code:S4], 6", ("date_slack",)),
    Detector("due_before_start", "serious", "dated",
        ("due before it was accepted", "ngày hẹn trả trước ngày tiếp nhận"),
        ("accepted {start_at}, due {due_at}", "tiếp nhận {start_at}, hẹn trả {due_at}"), _D6),
    Detector("impossible_pair", "serious", "paired",
        ("late ones that took less time than their limits",
         "tỷ lệ trễ cao dù thời gian xử lý ngắn hơn thời hạn"),
        ("{late} of {judged} late, in {took:.0f} working hours, though their limits are {limits:.0f}",
         "{late}/{judged} trễ, chỉ mất {took:.0f} giờ làm việc dù tổng thời hạn là {limits:.0f} giờ"),
        "domain 5.1 [V:S2] (home affairs: 34 % on time, mean 2.3 d), 6", ("pair_least",)),
    Detector("letter_missing", "serious", "breached",
        ("overdue without a letter of apology", "quá hạn không có văn bản xin lỗi"),
        ("overdue since {due_at}, no letter", "quá hạn từ {due_at}, không có văn bản"),
        "domain 1.7 [V:S6, S18, seed 003], 6"),
    Detector("letter_late", "notable", "lettered",
        ("letter of apology after its time", "văn bản xin lỗi phát hành muộn"),
        ("first letter {letter_at}, due {due_at}", "văn bản đầu {letter_at}, hẹn trả {due_at}"),
        "domain 1.7 [V:S18]"),
    Detector("letter_repeated", "notable", "lettered",
        ("more letters of apology than allowed", "xin lỗi và hẹn lại quá số lần"),
        ("{letters} letters", "{letters} văn bản"), "domain 1.7 [M]"),
    Detector("letter_false", "information", "lettered",
        ("letter of apology, yet it ended in time", "có văn bản xin lỗi nhưng kết thúc đúng hạn"),
        ("letter {letter_at}, ended {end_at}, due {due_at}",
         "văn bản {letter_at}, kết thúc {end_at}, hẹn {due_at}"), "domain 1.7 [I]"),
    Detector("supplement_repeated", "notable", "asked",
        ("papers asked for more than once", "yêu cầu bổ sung quá số lần"),
        ("{requests} requests", "{requests} lần yêu cầu"), "domain 1.5 [V:S1, S17], 6"),
    Detector("supplement_near_due", "notable", "asked",
        ("papers asked for on the last day", "yêu cầu bổ sung sát ngày hẹn trả"),
        ("last asked {asked_at}, then due {due_at}", "yêu cầu cuối {asked_at}, khi đó hẹn {due_at}"), _D6),
    Detector("supplement_last_fifth", "notable", "requests",
        ("an office that asks for papers when time runs out", "đơn vị yêu cầu bổ sung khi sắp hết thời hạn"),
        ("asked {asked_at}, {used:.0%} of the limit used; so were {late} of {all} requests",
         "yêu cầu {asked_at}, đã dùng {used:.0%} thời hạn; {late}/{all} lần yêu cầu như vậy"),
        "domain 6 [V:S5c]", ("asked_late", "asked_whole", "asked_least", "asked_tail")),
    Detector("refiled_again", "notable", "traceable",
        ("returned and filed again and again", "trả lại và nộp lại nhiều lần"),
        ("filed for the {times}th time after it came back", "nộp lần thứ {times} sau khi bị trả lại"),
        "domain 6 [V:S46]", ("refiled", "refiled_days")),
    Detector("zero_duration", "notable", "finished",
        ("done within a minute of acceptance", "xử lý xong trong một phút sau tiếp nhận"),
        ("accepted {start_at}, ended {end_at}", "tiếp nhận {start_at}, kết thúc {end_at}"),
        "domain 6 [V:S12b]"),
    Detector("batch_entry", "notable", "paper",
        ("paper dossiers entered in a heap at the day's end", "nhập dồn hồ sơ giấy cuối ngày"),
        ("one of {heap} entered within {seconds:.0f} s",
         "một trong {heap} hồ sơ nhập trong {seconds:.0f} giây"),
        "domain 6 [V:S12b]", ("entered_window", "entered_least", "entered_tail", "entered_late")),
    Detector("batch_closing", "notable", "closed",
        ("closed in a heap shortly before due", "kết thúc dồn hàng loạt ngay trước hẹn"),
        ("one of {heap} closed within {seconds:.0f} s, due {due_at}",
         "một trong {heap} hồ sơ kết thúc trong {seconds:.0f} giây, hẹn {due_at}"),
        "domain 6 [V:seed 003]", ("closed_window", "closed_least", "closed_ahead")),
    Detector("mass_at_due", "notable", "judged",
        ("too many ends in the last minutes before due", "kết thúc dồn vào những phút cuối trước hẹn"),
        ("ended {ahead:.0f} s before due; {last} of the {all} ends of the last 35 minutes lie in the last 5",
         "kết thúc trước hẹn {ahead:.0f} giây; {last}/{all} hồ sơ của 35 phút cuối nằm trong 5 phút cuối"),
        _D6, ("mass_last", "mass_span", "mass_least", "mass_tail")),
    Detector("virtual_on_time", "serious", "judged",
        ("nothing late, and a heap at the due instant: on time in name?",
         "không trễ hồ sơ nào và dồn vào giờ hẹn: đúng hạn ảo?"),
        ("0 of {judged} late; {last} of the {all} ends of the last 35 minutes lie in the last 5",
         "0/{judged} trễ; {last}/{all} hồ sơ của 35 phút cuối nằm trong 5 phút cuối"),
        "domain 6 [V: seed 004, S44; I]",
        ("virtual_least", "mass_last", "mass_span", "mass_least", "mass_tail")),
    Detector("filed_for_citizens", "notable", "accounted",
        ("many online dossiers of one account in a day: filed for citizens?",
         "một tài khoản nộp nhiều hồ sơ trong ngày: nộp thay?"),
        ("one of {heap} of this account on this day, {kinds} procedures",
         "một trong {heap} hồ sơ của tài khoản này trong ngày, {kinds} thủ tục"),
        "domain 1.8, 6 [V:seed 003]", ("filed_a_day",)),
    Detector("one_device", "notable", "deviced",
        ("many online dossiers from one device in a day", "một thiết bị nộp nhiều hồ sơ trong ngày"),
        ("one of {heap} from this device on this day, {accounts} accounts",
         "một trong {heap} hồ sơ từ thiết bị này trong ngày, {accounts} tài khoản"),
        "domain 1.8, 6 [V:seed 003]", ("filed_a_day",)),
    Detector("many_matters", "notable", "accounted",
        ("one account in many different matters", "một tài khoản nộp nhiều loại thủ tục khác nhau"),
        ("one of {heap} of this account, {kinds} procedures",
         "một trong {heap} hồ sơ của tài khoản, {kinds} thủ tục"),
        "domain 6 [V:seed 003]", ("matters_least", "matters_kinds")),
    Detector("acknowledged_late", "notable", "submitted",
        ("online filing answered after 8 working hours", "tiếp nhận hồ sơ trực tuyến quá 8 giờ làm việc"),
        ("filed {filed_at}, answered {answer_at}", "nộp {filed_at}, phản hồi {answer_at}"),
        "domain 1.4 [M], 6 [V:S6]"),
    Detector("unacknowledged", "notable", "submitted",
        ("online filing unanswered after 8 working hours",
         "hồ sơ trực tuyến chờ tiếp nhận quá 8 giờ làm việc"),
        ("filed {filed_at}, to be answered by {by_at}", "nộp {filed_at}, hạn phản hồi {by_at}"),
        "domain 1.4 [M], 6 [V:S6]"),
    Detector("online_slower", "information", "judged",
        ("online dossiers later than those on paper", "hồ sơ trực tuyến trễ hơn hồ sơ giấy"),
        ("online {online:.1%} late, on paper {paper:.1%}", "trực tuyến trễ {online:.1%}, giấy {paper:.1%}"),
        "domain 6 [V:S43]", ("channel_least", "channel_tail")),
    Detector("end_before_start", "serious", "finished",
        ("ended before it was accepted", "kết thúc trước khi tiếp nhận"),
        ("accepted {start_at}, ended {end_at}", "tiếp nhận {start_at}, kết thúc {end_at}"), _D6),
    Detector("time_backwards", "notable", "known",
        ("a fact dated before the one it follows", "thời điểm ghi lùi so với bước trước"), _TIMES, _D6),
    Detector("submitted_again", "notable", "submitted",
        ("filed a second time under its number", "nộp lại lần nữa dưới cùng mã hồ sơ"), _TIMES, _D13),
    Detector("accepted_again", "notable", "received",
        ("accepted a second time", "tiếp nhận lại lần nữa"), _TIMES, _D13),
    Detector("after_end", "notable", "finished",
        ("worked on after its end", "còn xử lý sau khi kết thúc"), _TIMES, _D13),
    Detector("while_waiting", "notable", "received",
        ("worked on while the clock stood", "vẫn xử lý trong khi tạm dừng"), _TIMES, _D13),
    Detector("before_acceptance", "notable", "known",
        ("worked on before acceptance", "xử lý trước khi tiếp nhận"), _TIMES, _D13),
    Detector("illegal_transition", "notable", "known",
        ("another step that the states do not allow", "chuyển trạng thái không hợp lệ"), _TIMES, _D13),
    Detector("level_abolished", "notable", "received",
        ("received at a district after districts ended", "tiếp nhận ở cấp huyện sau khi bỏ cấp huyện"),
        _TIMES, "domain 4.1 [V:S13]"),
    Detector("gap", "information", "known",
        ("facts of its history did not come", "thiếu dữ kiện trong lịch sử"), _TIMES, "ours"),
    Detector("corrected", "information", "known",
        ("its data were corrected afterwards", "dữ liệu được đính chính về sau"), _TIMES, "ours"),
)  # fmt: skip
"""In the order in which they are shown."""

NAMES: Mapping[str, Detector] = {each.name: each for each in DETECTORS}

LACKS: Mapping[str, Words] = {
    "numbered": ("the source gives no result numbers, or few", "nguồn không cho số kết quả, hoặc cho rất ít"),
    "limited": ("the source gives no limit with its due dates", "nguồn không cho thời hạn kèm ngày hẹn"),
    "paired": ("the source gives no limit with its due dates", "nguồn không cho thời hạn kèm ngày hẹn"),
    "submitted": ("the source tells of no filing before acceptance",
                  "nguồn không cho thời điểm nộp trước tiếp nhận"),
    "accounted": ("the source gives no hash of the filing account", "nguồn không cho mã băm tài khoản nộp"),
    "deviced": ("the source gives no hash of the device", "nguồn không cho mã băm thiết bị"),
    "traceable": ("the source names neither accounts nor predecessors",
                  "nguồn không cho tài khoản hay hồ sơ trước"),
    "plain": ("the source tells only of acceptance and end", "nguồn chỉ cho tiếp nhận và kết thúc"),
    "sync": ("events of one source; the national portal's copy is not among them",
             "chỉ có sự kiện của một nguồn, không có bản đồng bộ của Cổng quốc gia"),
    "tickets": ("events begin at filing; the queue machine's tickets are not among them",
                "sự kiện bắt đầu từ lúc nộp, không có số thứ tự của máy lấy số"),
    "petitions": ("no event tells of petitions", "không có sự kiện về phản ánh, kiến nghị"),
    "wallets": ("no event names the paying wallet", "không có sự kiện cho biết ví thanh toán"),
    "scans": ("no event tells when the papers were scanned, nor when the result file was made",
              "không có thời điểm số hóa giấy tờ hay tạo tệp kết quả"),
    "visits": ("no event tells of counter visits, nor which accounts are officials'",
               "không có dữ liệu lượt đến quầy hay tài khoản của cán bộ"),
}  # fmt: skip
"""Why a detector has nothing to say, by its base or by what is missing."""

UNSEEN: Mapping[str, tuple[Words, str]] = {
    "sync_gaps": (("received here but not at the national portal", "lệch đồng bộ với Cổng quốc gia"), "sync"),
    "queue_tickets": (("one person takes many tickets", "một người lấy nhiều số thứ tự"), "tickets"),
    "petitions": (("free points when nobody complains", "điểm tối đa khi không có phản ánh"), "petitions"),
    "paid_for_citizens": (("paid in the citizen's place from one wallet",
                           "thanh toán thay từ một ví"), "wallets"),
    "entered_after_scan": (("entered long after the papers came, result file long after the end",
                            "nhập muộn so với lúc số hóa"), "scans"),
    "filed_by_official": (("filed at the counter from an official's account",
                           "cán bộ nộp thay tại quầy"), "visits"),
}  # fmt: skip
"""Patterns of section 6 that events cannot show: their words and the reason in `LACKS`."""


def thresholds(names: Iterable[str]) -> str:
    """The thresholds as words: value and unit of each."""
    return "; ".join(f"{THRESHOLDS[name].value:g} {THRESHOLDS[name].unit}" for name in names)
