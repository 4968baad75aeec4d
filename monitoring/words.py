"""The page's words in English and Vietnamese, side by side."""

from dossier.figures.standing import NONE

LANGUAGES = ("en", "vi")

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Dossiers on time", "Hồ sơ đúng hạn"),
    "skip": ("Skip to the figures", "Tới phần số liệu"),
    "scenario": ("Scenario", "Kịch bản"),
    "show": ("Show", "Xem"),
    "other_language": ("Tiếng Việt", "English"),
    "data_until": ("Data up to", "Số liệu đến"),
    "live": ("live", "trực tiếp"),
    "reconnecting": ("connection lost, trying again", "mất kết nối, đang thử lại"),
    "snapshot": ("saved picture, not live", "bản lưu, không cập nhật"),
    "no_data": ("No event has come yet.", "Chưa có sự kiện nào."),
    "no_scenario": ("There is no scenario “{name}”.", "Không có kịch bản “{name}”."),
    "back": ("To the overview", "Về trang tổng quan"),
    # Headline
    "headline": ("The most important figures", "Số liệu chính"),
    "on_time_30d": ("On time, 30 days", "Đúng hạn, 30 ngày"),
    "of_decided": ("of {n} decided", "trên {n} hồ sơ đã đánh giá"),
    "short": ("{n} dossiers short of 98 %", "thiếu {n} hồ sơ để đạt 98 %"),
    "spare": ("98 % reached, {n} dossiers to spare", "đạt 98 %, dư {n} hồ sơ"),
    "other_rates": ("On time, all counts", "Đúng hạn, các cách tính"),
    "rate_finished": ("of finished", "trên số đã giải quyết"),
    "rate_fell_due": ("of fallen due", "trên số đến hạn"),
    "rate_766": ("index 766", "theo Bộ chỉ số 766"),
    "online_30d": ("Filed online, 30 days", "Nộp trực tuyến, 30 ngày"),
    "of_received": ("{online} of {n} received", "{online} trên {n} hồ sơ tiếp nhận"),
    "overdue_open": ("Open and overdue", "Đang xử lý, đã quá hạn"),
    "of_open": ("of {n} open", "trên {n} hồ sơ đang xử lý"),
    "due_8h": ("Due within 8 hours", "Đến hạn trong 8 giờ"),
    "of_which_4h": ("{n} of them within 4 hours", "trong đó {n} hồ sơ trong 4 giờ"),
    "letters_owed": ("Letters of apology owed", "Thư xin lỗi chưa gửi"),
    "of_letters": ("{sent} of {due} sent", "đã gửi {sent} trên {due}"),
    # Open by due
    "open_by_due": ("Open dossiers by due date", "Hồ sơ đang xử lý theo hạn trả"),
    "everything": ("Whole province", "Toàn tỉnh"),
    "due_overdue": ("overdue", "quá hạn"),
    "due_within_4h": ("within 4 h", "trong 4 giờ"),
    "due_within_8h": ("4–8 h", "4–8 giờ"),
    "due_within_24h": ("8–24 h", "8–24 giờ"),
    "due_later": ("over 24 h", "trên 24 giờ"),
    "due_paused": ("paused", "tạm dừng"),
    "due_none": ("no date", "không có hạn"),
    # Windows and trend
    "windows": ("The last days", "Những ngày gần đây"),
    "window": ("Window", "Khoảng"),
    "1d": ("24 hours", "24 giờ"),
    "7d": ("7 days", "7 ngày"),
    "30d": ("30 days", "30 ngày"),
    "trend": ("Day by day", "Diễn biến theo ngày"),
    "trend_table": ("The same as a table", "Xem dạng bảng"),
    "trend_label": (
        "Chart: share on time and online by day, with the 98 % target",
        "Biểu đồ: tỷ lệ đúng hạn và trực tuyến theo ngày, kèm mục tiêu 98 %",
    ),
    "day": ("Day", "Ngày"),
    "target": ("target", "mục tiêu"),
    # Two worlds
    "with": ("compared with", "so với"),
    "alone": ("nothing", "không so sánh"),
    "two": ("Two worlds: what the reform changes", "Hai kịch bản: cải cách làm thay đổi gì"),
    "two_on_time": (
        "On time, of all that fell due so far",
        "Đúng hạn, trên số đến hạn tính đến nay",
    ),
    "two_on_time_label": (
        "Chart: share on time of all that fell due so far, by day, of the baseline and of the reform",
        "Biểu đồ: tỷ lệ đúng hạn trên số đến hạn tính đến từng ngày, hiện trạng và cải cách",
    ),
    "two_letters": ("Letters of apology due so far", "Thư xin lỗi phải gửi tính đến nay"),
    "two_letters_label": (
        "Chart: letters of apology due so far, by day, of the baseline and of the reform",
        "Biểu đồ: số thư xin lỗi phải gửi tính đến từng ngày, hiện trạng và cải cách",
    ),
    "two_table": ("The lines as a table", "Xem các đường dạng bảng"),
    "two_note": (
        "Both worlds have the same luck: the same dossiers come in the same hours.",
        "Hai kịch bản có cùng ngẫu nhiên: cùng hồ sơ, cùng thời điểm nộp.",
    ),
    "two_one": (
        "One run of each: motcua compare tells what chance may have to do with the difference.",
        "Mỗi kịch bản một lần chạy: motcua compare cho biết ngẫu nhiên ảnh hưởng đến đâu.",
    ),
    "two_points": (
        "A difference of shares is in percentage points, of the shares before they are rounded down.",
        "Chênh lệch tỷ lệ tính bằng điểm phần trăm, trước khi làm tròn xuống.",
    ),
    "two_below": ("Below: {name} alone.", "Dưới đây: riêng {name}."),
    "baseline": ("Baseline", "Hiện trạng"),
    "reform": ("Reform", "Cải cách"),
    "difference": ("Difference", "Chênh lệch"),
    "points": ("points", "điểm"),
    "since": ("from {day}", "từ {day}"),
    "from_start": ("from the beginning", "ngay từ đầu"),
    "figure": ("Figure", "Chỉ số"),
    "is_on_time_rate_fell_due": ("On time, of fallen due", "Đúng hạn, trên số đến hạn"),
    "is_on_time_rate_finished": ("On time, of finished", "Đúng hạn, trên số đã giải quyết"),
    "is_on_time_rate_766": ("On time, index 766", "Đúng hạn, theo Bộ chỉ số 766"),
    "is_received": ("Received or carried over", "Tiếp nhận và kỳ trước chuyển sang"),
    "is_finished": ("Finished", "Đã giải quyết"),
    "is_on_time": ("Finished on time", "Giải quyết đúng hạn"),
    "is_late": ("Finished late", "Giải quyết trễ hạn"),
    "is_open": ("Open", "Đang xử lý"),
    "is_open_overdue": ("Open and overdue", "Đang xử lý, đã quá hạn"),
    "is_letters_due": ("Letters of apology due", "Thư xin lỗi phải gửi"),
    "is_letters_sent": ("of these, sent", "trong đó đã gửi"),
    # Columns
    "received": ("Received", "Tiếp nhận"),
    "online": ("Online", "Trực tuyến"),
    "decided": ("Decided", "Đã đánh giá"),
    "on_time": ("On time", "Đúng hạn"),
    "late": ("Late", "Trễ hạn"),
    "overdue": ("Overdue", "Quá hạn"),
    "letters": ("Letters", "Thư xin lỗi"),
    "letters_sent": ("Letters sent", "Đã gửi thư"),
    "letters_in_time": ("Letters in time", "Thư gửi kịp thời"),
    "open": ("Open", "Đang xử lý"),
    "by_due": ("Open by due date", "Theo hạn trả"),
    "office": ("Office", "Đơn vị"),
    "level": ("Level", "Cấp"),
    "field": ("Field", "Lĩnh vực"),
    # Sections
    "offices": ("Offices, worst first", "Đơn vị, chậm nhất trước"),
    "offices_note": (
        "By the share on time of what fell due; offices with fewer than {n} decided come last.",
        "Xếp theo tỷ lệ đúng hạn trên số đến hạn; đơn vị có dưới {n} hồ sơ xếp cuối.",
    ),
    "offices_shown": ("{n} of {all} offices", "{n} trên {all} đơn vị"),
    "offices_all": ("Show all {all}", "Xem cả {all}"),
    "offices_worst": ("Show the worst only", "Chỉ xem đơn vị chậm nhất"),
    "levels": ("By level", "Theo cấp"),
    "fields": ("By field", "Theo lĩnh vực"),
    "late_note": (
        "Late: finished after the due date, or overdue now.",
        "Trễ hạn: đã xong sau hạn, hoặc đang quá hạn.",
    ),
    # Stream
    "stream": ("How the monitor is doing", "Tình trạng hệ thống giám sát"),
    "ready": ("ready", "sẵn sàng"),
    "not_ready": ("not ready yet", "chưa sẵn sàng"),
    "stream_time": ("Stream time", "Thời điểm số liệu"),
    "last_event": ("Last message folded", "Nhận thông điệp cuối lúc"),
    "events": ("Events", "Sự kiện"),
    "duplicates": ("Duplicates skipped", "Trùng lặp đã bỏ"),
    "held": ("Waiting for a predecessor", "Chờ sự kiện trước"),
    "lag": ("Lag, messages", "Thông điệp chưa xử lý"),
    "dead": ("Dead letters", "Thông điệp hỏng"),
    "anomalies": ("Anomalies", "Bất thường"),
    "partitions": ("Partitions", "Phân vùng"),
}


NAMES: dict[str, tuple[str, str]] = {
    "commune": ("Commune", "Cấp xã"),
    "district": ("District", "Cấp huyện"),
    "department": ("Department", "Sở, ban, ngành"),
    "province_department": ("Department", "Sở, ban, ngành"),
    "business": ("Business", "Kinh doanh"),
    "certification": ("Certification", "Chứng thực"),
    "civil_status": ("Civil status", "Hộ tịch"),
    "construction": ("Construction", "Xây dựng"),
    "health": ("Health", "Y tế"),
    "justice": ("Justice", "Tư pháp"),
    "land": ("Land", "Đất đai"),
    "merit": ("Merit and pensions", "Người có công"),
    "social": ("Social allowance", "Bảo trợ xã hội"),
    "trade": ("Trade", "Công thương"),
    "transport": ("Transport", "Giao thông vận tải"),
    NONE: ("(none)", "(không ghi)"),
}
"""Words for names that come in the events; any other name stands for itself."""


def word(key: str, lang: str, /, **parts: str) -> str:
    """The word for a key with its parts filled in; raises KeyError if there is none."""
    return WORDS[key][LANGUAGES.index(lang)].format(**parts)


def named(name: str, lang: str) -> str:
    """How a level, field or office of this name is shown."""
    pair = NAMES.get(name)
    return pair[LANGUAGES.index(lang)] if pair else name
