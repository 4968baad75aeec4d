"""What is wrong with a model, in the words of a language."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from motcua.show import decimal, number

if TYPE_CHECKING:
    from simulator.engine.trouble import Trouble

VIETNAMESE: Mapping[str, str] = {
    "overloaded": (
        "Nhóm {pool} của {office} quá tải: khối lượng công việc gấp {load} lần khả năng của {posts} "
        "vị trí, {waiting} lượt đang chờ: cần ít nhất {need} vị trí, hoặc giao ít việc hơn."
    ),
    "growing": (
        "Hàng chờ của nhóm {pool} của {office} tăng liên tục, đến {waiting} lượt trước {posts} vị "
        "trí: thêm vị trí hoặc giao ít việc hơn, vì số liệu ở đó chưa ổn định."
    ),
    "unskilled": (
        "{count} hồ sơ chờ ở nhóm {pool} của {office} mà không cán bộ nào làm được: bổ sung cho một "
        "cán bộ có mặt kỹ năng bước {step!r}, thủ tục {procedure!r} hoặc lĩnh vực {field!r}{more}, "
        "hoặc không nêu kỹ năng nào, nghĩa là làm được mọi việc."
    ),
    "away": (
        "{count} hồ sơ chờ ở nhóm {pool} của {office} trong khi cán bộ phụ trách vắng mặt đến hết thời gian "
        "mô phỏng: xem lại lịch nghỉ, bố trí người làm thay, hoặc chạy tiếp đến khi họ trở lại."
    ),
    "unmanned": (
        "{count} hồ sơ của {office} sẽ không bao giờ kết thúc, vì không còn việc gì diễn ra: bố trí "
        "người làm việc ở nhóm {pool}, nơi {waiting} lượt đang chờ."
    ),
    "nowhere": (
        "{count} hồ sơ của {office} sẽ không bao giờ kết thúc, vì không còn việc gì diễn ra: không "
        "nhóm nào giữ hồ sơ; xem lại các bước chờ trong quy trình."
    ),
}
DRAINED = " Đó là tình trạng khi hồ sơ còn được nộp."


def sentence(trouble: "Trouble", lang: str) -> str:
    """What is wrong, where, and what to do."""
    if lang == "en":
        return trouble.words
    values = {name: _shown(name, value, lang) for name, value in trouble.values}
    values["more"] = " và các kỹ năng khác" if dict(trouble.values).get("others") else ""
    told = VIETNAMESE[trouble.cause].format(office=trouble.office, pool=trouble.pool, **values)
    return told + DRAINED if trouble.drained else told


def _shown(name: str, value: Any, lang: str) -> str:
    if name == "load":
        return decimal(value, lang)
    return number(value, lang) if isinstance(value, int) else str(value)
