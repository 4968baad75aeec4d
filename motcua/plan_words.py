"""The sentences and headings of a plan, in English and Vietnamese."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("What staff it takes", "Cần bao nhiêu cán bộ"),
    "asked": (
        "{title}, {period}: what is the least-cost staff that reaches this: {targets}?",
        "{title}, {period}: cần bố trí cán bộ thế nào, với chi phí thấp nhất, để đạt: {targets}?",
    ),
    "period": ("{first} to {last}", "{first} đến {last}"),
    "head": ("{name}, {period}", "{name}, {period}"),
    "levers": ("levers", "biện pháp"),
    "wanted": ("wanted: {targets}", "mục tiêu: {targets}"),
    "often": (", in {share} of the periods", ", ở {share} số kỳ"),
    "average": (", on average", ", tính trung bình"),
    "and": (" and ", " và "),
    "least": ("at least", "ít nhất"),
    "most": ("at most", "nhiều nhất"),
    "done": (
        "The cheapest staff that reaches it: {officials} officials, {apart}.",
        "Số cán bộ ít nhất để đạt: {officials} cán bộ, {apart}.",
    ),
    "priced": (
        "The cheapest staff that reaches it costs {cost}: {officials} officials, {apart}.",
        "Phương án rẻ nhất để đạt có chi phí {cost}: {officials} cán bộ, {apart}.",
    ),
    "more": ("{n} more than today", "nhiều hơn hiện nay {n}"),
    "fewer": ("{n} fewer than today", "ít hơn hiện nay {n}"),
    "same": ("as many as today", "bằng hiện nay"),
    "confirmed": (
        (
            "Confirmed by {n} runs that the search had not seen: reached in {share} of them ({low} to "
            "{high}, 95 %); {figures}."
        ),
        (
            "Đã xác nhận bằng {n} lượt chạy mới, ngoài các lượt dùng để tìm: đạt ở {share} ({low} đến "
            "{high}, độ tin cậy 95%); {figures}."
        ),
    ),
    "mean": ("{name} {value} on average", "{name} trung bình {value}"),
    "today": ("Today it is reached in {share}; {figures}.", "Hiện nay đạt ở {share}; {figures}."),
    "overrun": (
        (
            "But more work is asked of {pools} than these posts can do: dossiers pile up there as long as "
            "it goes on, and the targets do not see it. Add one that does, as open<=100 or wait<=4."
        ),
        (
            "Nhưng {pools} phải làm nhiều việc hơn mức các vị trí làm được: hồ sơ dồn lại ngày một nhiều, "
            "mà các mục tiêu không thấy. Hãy thêm mục tiêu thấy được, như open<=100 hoặc wait<=4."
        ),
    ),
    "never": (
        (
            "Staff cannot reach it: with posts enough for everybody ({posts} posts) it is reached in "
            "{share} of {n} runs; {figures}. What is missed then does not wait for staff: it is "
            "limits that are shorter than the work, rounds, other agencies, or citizens."
        ),
        (
            "Chỉ tăng cán bộ thì không đạt được: khi mọi nhóm đều đủ vị trí ({posts} vị trí), chỉ đạt "
            "ở {share} trong {n} lượt; {figures}. Phần còn thiếu không phải do chờ cán bộ: mà do thời "
            "hạn ngắn hơn thời gian xử lý, các lần trình ký và luân chuyển, cơ quan khác, hoặc người "
            "dân."
        ),
    ),
    "capped": (
        (
            "It cannot be reached within the bounds that were set (--max-posts, --pool, --office, "
            "--level): with as many posts as these allow ({posts} posts) it is reached in {share} of "
            "{n} runs; {figures}."
        ),
        (
            "Không đạt được trong giới hạn đã nêu (--max-posts, --pool, --office, --level): với số vị "
            "trí tối đa cho phép ({posts} vị trí), chỉ đạt ở {share} trong {n} lượt; {figures}."
        ),
    ),
    "could": (
        "Levers, each with posts enough for everybody:",
        "Các biện pháp, khi mọi nhóm đều đủ vị trí:",
    ),
    "none": ("No lever alone brings anything.", "Không biện pháp nào tự nó có tác dụng."),
    "together": (
        "It can be reached with {levers}; the staff for it: {command}",
        "Có thể đạt được với {levers}; tìm số cán bộ khi đó: {command}",
    ),
    "apart": (
        "Even all of these together do not reach it.",
        "Kể cả kết hợp tất cả các biện pháp này cũng không đạt.",
    ),
    "pulled": (
        "Staff alone cannot reach it; so these levers are pulled as well: {levers}.",
        "Chỉ tăng cán bộ thì không đạt; vì vậy áp dụng thêm: {levers}.",
    ),
    "pool": ("pool", "nhóm cán bộ"),
    "load": ("posts at work on average", "vị trí bận trung bình"),
    "now": ("posts today", "vị trí hiện nay"),
    "posts": ("posts", "vị trí"),
    "change": ("change", "thay đổi"),
    "officials": ("officials", "cán bộ"),
    "others": ("{n} other pools stay as they are.", "{n} nhóm khác giữ nguyên."),
    "curve": (
        "What is reached for how much (the same luck for all):",
        "Mức đạt được theo số cán bộ (cùng một bộ số ngẫu nhiên):",
    ),
    "cost": ("cost", "chi phí"),
    "reached": ("reached in", "đạt ở"),
    "is": ("", ""),
    "here": ("today", "hiện nay"),
    "plan": ("the plan", "phương án"),
    "enough": ("enough for everybody", "đủ cho mọi nhóm"),
    "lever": ("lever", "biện pháp"),
    "exact": (
        "Every cheaper plan was tried or ruled out: {judged} plans in {runs} runs.",
        "Mọi phương án rẻ hơn đều đã thử hoặc bị loại: {judged} phương án, {runs} lượt chạy.",
    ),
    "near": (
        (
            "No post can be dropped, nor exchanged for cheaper ones, as far as was tried: {judged} "
            "plans in {runs} runs of parts."
        ),
        (
            "Không thể bớt hoặc đổi vị trí nào lấy phương án rẻ hơn, trong số đã thử: {judged} phương "
            "án, {runs} lượt chạy từng phần."
        ),
    ),
    "luck": (
        (
            "All plans were tried under the same seeds, from {seed} on, each in as many runs as its verdict "
            "took ({most} at most); a run is one period with luck of its own."
        ),
        (
            "Mọi phương án được thử với cùng các hạt giống, từ {seed}, mỗi phương án chạy đến khi đủ kết "
            "luận (nhiều nhất {most} lượt); mỗi lượt là một kỳ với ngẫu nhiên riêng."
        ),
    ),
    "fresh": (
        "The plan's figures are of runs that the search had not seen, with seeds from {seed} on.",
        "Số liệu của phương án lấy từ các lượt chạy mới, hạt giống từ {seed}, không dùng khi tìm.",
    ),
    "chosen": (
        (
            "Posts are chosen, places at which one dossier after the other is worked on; an official has as "
            "many as the scenario's share of a day gives. Without --cost each official costs 1."
        ),
        (
            "Đối tượng được chọn là số vị trí, mỗi vị trí xử lý lần lượt từng hồ sơ; số vị trí của một cán "
            "bộ tính theo tỷ lệ thời gian trong kịch bản. Không có --cost thì mỗi cán bộ có chi phí 1."
        ),
    ),
    "between": ("95 % interval", "khoảng tin cậy 95%"),
    "anew": ("the plan, in fresh runs", "phương án, lượt chạy mới"),
    "runs": ("runs", "lượt chạy"),
    "made": ("{runs} runs were made.", "Đã chạy {runs} lượt."),
    "compare": ("Beside today's staff: {command}", "So với số cán bộ hiện nay: {command}"),
    "again": ("Again: {command}", "Chạy lại: {command}"),
}
