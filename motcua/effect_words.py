"""The words of a comparison, in English and Vietnamese."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("What levers are worth", "Hiệu quả của các biện pháp"),
    "asked": (
        "{title}, {period}: what is each of these worth beside the baseline: {worlds}?",
        "{title}, {period}: mỗi phương án sau thay đổi gì so với hiện trạng: {worlds}?",
    ),
    "drawn": (
        "{name}: difference from the baseline, with its interval (hollow: chance may have made it)",
        "{name}: chênh lệch so với hiện trạng và khoảng tin cậy (chấm rỗng: có thể do ngẫu nhiên)",
    ),
    "share": ("points", "điểm phần trăm"),
    "count": ("dossiers", "số lượng"),
    "hours": ("hours", "giờ"),
    "days": ("days", "ngày"),
    "head": (
        "{name}: {worlds} beside the baseline, {period}",
        "{name}: {worlds} so với hiện trạng, {period}",
    ),
    "period": ("{start} to {last}", "{start} đến {last}"),
    "dossiers": ("the first {n} filings from {start} on", "{n} hồ sơ đầu tiên từ {start}"),
    "worlds": ("world", "phương án"),
    "alone": ("{name} alone", "chỉ {name}"),
    "verdict": ("{world}: {figure}, {staff}{worse}", "{world}: {figure}, {staff}{worse}"),
    "points": ("{value} points {name} ({low} to {high})", "{value} điểm phần trăm {name} ({low} đến {high})"),
    "amount": ("{value} {name} ({low} to {high})", "{value} {name} ({low} đến {high})"),
    "chance": (
        'no difference in "{name}" that chance would not make ({low} to {high})',
        '"{name}" không khác biệt quá mức ngẫu nhiên ({low} đến {high})',
    ),
    "same": ('nothing changes in "{name}"', '"{name}" không thay đổi'),
    "none": ("nothing to compare: it has no such figure", "không có chỉ số này để so sánh"),
    "unsure": ("too few runs to say", "quá ít lần lặp để kết luận"),
    "no_staff": ("no extra staff", "không thêm cán bộ"),
    "more_staff": ("{n} more {noun}", "thêm {n} {noun}"),
    "less_staff": ("{n} fewer {noun}", "bớt {n} {noun}"),
    "officials": ("officials", "cán bộ"),
    "official": ("official", "cán bộ"),
    "worse": ("; but worse: {figures}", "; nhưng xấu đi: {figures}"),
    "figure": ("figure", "chỉ số"),
    "baseline": ("baseline", "hiện trạng"),
    "with": ("with it", "phương án"),
    "difference": ("difference", "chênh lệch"),
    "interval": ("{level} interval", "khoảng tin cậy {level}"),
    "sure": ("beyond chance", "có ý nghĩa"),
    "yes": ("yes", "có"),
    "no": ("", ""),
    "of": ("of", "của"),
    "by": ("{name}, {world}", "{name}, {world}"),
    "more": ("and {n} more: --format json has all", "và {n} dòng nữa: --format json có đủ"),
    "runs": (
        (
            "{n} runs of each world, seeds {first} to {last}, each seed the same luck in all worlds; "
            "warm-up {days} days."
        ),
        (
            "{n} lần chạy mỗi phương án, hạt giống {first} đến {last}, cùng ngẫu nhiên ở mọi phương án; "
            "khởi động {days} ngày."
        ),
    ),
    "gain": (
        (
            "Variance beside independent runs ({name}, {world}): {crn} times less by shared luck, "
            "{gain} times with control variates."
        ),
        (
            "Phương sai so với chạy độc lập ({name}, {world}): giảm {crn} lần nhờ cùng ngẫu nhiên, "
            "{gain} lần khi thêm biến kiểm soát."
        ),
    ),
    "gain_crn": (
        "Variance beside independent runs ({name}, {world}): {crn} times less by shared luck.",
        "Phương sai so với chạy độc lập ({name}, {world}): giảm {crn} lần nhờ cùng ngẫu nhiên.",
    ),
    "corrected": (
        '"Beyond chance" is corrected for the number of comparisons (Holm); intervals are one by one.',
        '"Có ý nghĩa" đã hiệu chỉnh theo số phép so sánh (Holm); khoảng tin cậy là của từng chỉ số.',
    ),
    "precision": (
        'Wanted of "{name}": ± {wanted}; reached: ± {reached}.',
        'Yêu cầu với "{name}": ± {wanted}; đạt được: ± {reached}.',
    ),
    "again": ("The same again: {command}", "Chạy lại: {command}"),
    "short": (
        "the precision that is wanted was not reached in {n} runs: more with --most",
        "chưa đạt độ chính xác yêu cầu sau {n} lần chạy: tăng --most",
    ),
    "trouble": ("{world}, in {runs} of {n} runs: {words}", "{world}, {runs} trên {n} lần chạy: {words}"),
    "troubles": (
        "{world}: {n} more pools had trouble; --format json names them",
        "{world}: {n} nhóm nữa có vấn đề; xem --format json",
    ),
}
