"""The sentences and headings of what formulas say, in English and Vietnamese."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Loads, waits and the bottleneck", "Mức sử dụng, thời gian chờ và nút thắt"),
    "asked": (
        (
            "{title}, {period}: who is busy, who waits where and for how long, and how many dossiers are to "
            "be expected on time?"
        ),
        (
            "{title}, {period}: nhóm cán bộ nào bận, hồ sơ chờ ở đâu và bao lâu, dự kiến bao nhiêu hồ sơ "
            "đúng hạn?"
        ),
    ),
    "whole": (
        "On time: {on_time} of all dossiers; {days} days from acceptance to the end on average.",
        "Đúng hạn: {on_time} số hồ sơ; từ tiếp nhận đến kết thúc trung bình {days} ngày.",
    ),
    "still": (
        "All levers are in force throughout, those of the scenario as well.",
        "Mọi biện pháp, kể cả của kịch bản, có hiệu lực trong cả kỳ.",
    ),
    "runs_upon": (
        "{name}: bars by formula; on them the 95 % interval of the runs",
        "{name}: cột theo công thức; vạch là khoảng tin cậy 95% của các lần chạy",
    ),
    "period": ("{start} to {last}", "{start} đến {last}"),
    "head": (
        "{name}, {period}: what formulas say, before any run",
        "{name}, {period}: theo công thức, chưa chạy mô phỏng",
    ),
    "levers": ("levers", "biện pháp"),
    "rank": ("rank", "hạng"),
    "pool": ("pool", "nhóm cán bộ"),
    "posts": ("posts", "vị trí"),
    "load": ("load, posts", "khối lượng, vị trí"),
    "busy": ("utilisation", "mức sử dụng"),
    "working": ("wait, working hours", "chờ, giờ làm việc"),
    "clock": ("wait, clock hours", "chờ, giờ đồng hồ"),
    "chance": ("have to wait", "phải chờ"),
    "peak": ("longest queue", "hàng chờ dài nhất"),
    "busiest": ("busiest month", "tháng bận nhất"),
    "some": ("the {n} busiest of {of} pools", "{n} nhóm bận nhất trong {of} nhóm"),
    "bottleneck": (
        (
            "The bottleneck is {pool}: its {posts} posts are busy {busy} of their time, and who comes waits "
            "{wait} clock hours."
        ),
        "Nút thắt là {pool}: {posts} vị trí bận {busy} thời gian, mỗi lượt phải chờ {wait} giờ đồng hồ.",
    ),
    "most": (
        "Most waiting: {pool}, {share} of all hours in queues.",
        "Chờ nhiều nhất: {pool}, chiếm {share} tổng số giờ chờ.",
    ),
    "saturated": (
        (
            "{pool} is saturated: the work of {load} posts is asked of {posts}; {short} are "
            "missing, and {left} "
            "dossiers wait at the end."
        ),
        (
            "{pool} quá tải: khối lượng của {load} vị trí giao cho {posts}; thiếu {short} vị "
            "trí, cuối kỳ còn "
            "{left} hồ sơ chờ."
        ),
    ),
    "level": ("level", "cấp"),
    "all": ("all", "tất cả"),
    "procedure": ("procedure", "thủ tục"),
    "dossiers": ("dossiers", "hồ sơ"),
    "days": ("days", "ngày"),
    "on_time": ("on time", "đúng hạn"),
    "wait": ("queues", "hàng chờ"),
    "round": ("signing rounds", "đợt ký"),
    "away": ("official away", "cán bộ vắng"),
    "work": ("work", "xử lý"),
    "elsewhere": ("other agencies", "cơ quan khác"),
    "hand_over": ("hand-over", "luân chuyển"),
    "citizen": ("citizen", "công dân"),
    "closed": ("nights, days off", "ngoài giờ, ngày nghỉ"),
    "times": (
        (
            "Mean hours from acceptance to the end, by part: the citizen's and the nights' by the clock, the "
            "others in working hours"
        ),
        (
            "Số giờ trung bình từ tiếp nhận đến kết thúc, theo phần: của công dân và ngoài giờ theo đồng hồ, "
            "các phần khác theo giờ làm việc"
        ),
    ),
    "method": (
        (
            "On time: waits as the formulas have them, added to work, rounds and hand-overs, against "
            "the law's limit at the hours of acceptance; docs/explain.md says where it is "
            "off, --verify how far."
        ),
        (
            "Đúng hạn: cộng phân phối thời gian chờ theo công thức với xử lý, đợt ký và luân "
            "chuyển, so với hạn "
            "theo luật tại giờ tiếp nhận; docs/explain.md nêu sai số ở đâu, --verify cho biết sai bao nhiêu."
        ),
    ),
    "verify": (
        (
            "Formula against {n} runs, seeds {first} to {last}: formula / mean of runs ± "
            "half of its 95 % interval"
        ),
        (
            "Công thức so với {n} lần chạy, hạt giống {first} đến {last}: công thức / trung "
            "bình các lần chạy ± "
            "nửa khoảng tin cậy 95 %"
        ),
    ),
    "off": (
        "On time, all: formula {formula}, runs {run}: off by {off} points.",
        "Đúng hạn, tất cả: công thức {formula}, chạy {run}: lệch {off} điểm.",
    ),
}
