"""What is wrong with a model, in Vietnamese: the engine's sentence, number for number."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from motcua.show import decimal, number

if TYPE_CHECKING:
    from simulator.engine.trouble import Trouble

_SENTENCES: Mapping[str, str] = {
    r"The work asked of pool .* is (?P<ratio>[\d.]+) times what its (?P<posts>\d+) posts? .* "
    r"and (?P<waiting>\d+) waits?: have at least (?P<need>\d+) posts?": (
        "Nhóm {pool} của {office} quá tải: khối lượng công việc gấp {ratio} lần khả năng của {posts} vị trí, "
        "{waiting} lượt đang chờ: cần ít nhất {need} vị trí, hoặc giao ít việc hơn."
    ),
    r"The queue of pool .* grew all the time, to (?P<waiting>\d+) before (?P<posts>\d+) posts?": (
        "Hàng chờ của nhóm {pool} của {office} tăng liên tục, đến {waiting} lượt trước {posts} vị trí: "
        "thêm vị trí hoặc giao ít việc hơn, vì số liệu ở đó chưa ổn định."
    ),
    r"(?P<count>\d+) dossiers? waits? in pool .* "
    r"the skill for (?P<skill>.*?)(?:, and for more)?, or no skills": (
        "{count} hồ sơ chờ ở nhóm {pool} của {office} mà không cán bộ nào làm được: "
        "bổ sung cho một cán bộ có mặt kỹ năng {skill}, "
        "hoặc không nêu kỹ năng nào, nghĩa là làm được mọi việc."
    ),
    r"(?P<count>\d+) dossiers? of .* will never end, .* before which (?P<waiting>\d+) waits?": (
        "{count} hồ sơ của {office} sẽ không bao giờ kết thúc, vì không còn việc gì diễn ra: "
        "bố trí người làm việc ở nhóm {pool}, nơi {waiting} lượt đang chờ."
    ),
    r"(?P<count>\d+) dossiers? of .* will never end": (
        "{count} hồ sơ của {office} sẽ không bao giờ kết thúc, vì không còn việc gì diễn ra: "
        "không nhóm nào giữ hồ sơ; xem lại các bước chờ trong quy trình."
    ),
}
"""The engine's sentences as patterns, the numbers named, and what they are in Vietnamese."""


_DRAINED = (
    " So it was while dossiers were filed.",
    " Đó là tình trạng khi hồ sơ còn được nộp.",
)
"""After what was so before the queues drained."""


def sentence(trouble: "Trouble", lang: str) -> str:
    """What is wrong, in a sentence; the engine's own where it is one that is not known here."""
    if lang == "en":
        return trouble.words
    for pattern, words in _SENTENCES.items():
        found = re.match(pattern, trouble.words)
        if found is not None:
            parts = {name: _shown(value, lang) for name, value in found.groupdict().items()}
            told = words.format(office=trouble.office, pool=trouble.pool, **parts)
            return told + _DRAINED[1] if trouble.words.endswith(_DRAINED[0]) else told
    return trouble.words


def _shown(value: str, lang: str) -> str:
    """A number as the language writes it; a skill's kinds in its words."""
    if value.isdecimal():
        return number(int(value), lang)
    if re.fullmatch(r"[\d.]+", value):
        return decimal(float(value), lang)
    for english, vietnamese in (("step", "bước"), ("procedure", "thủ tục"), (" or field", " hoặc lĩnh vực")):
        value = value.replace(f"{english} '", f"{vietnamese} '")
    return value
