from monitoring.render import curve


def day(number, decided, received=100):
    return {
        "day": f"2026-03-{number:02d}",
        "decided": decided,
        "received": received,
        "on_time_rate": 0.9 if decided else None,
        "online_rate": 0.8 if received else None,
    }


def test_a_quiet_day_has_no_share_but_stays_in_the_chart():
    chart = curve([day(1, 200), day(2, 19, 5), day(3, 200)])
    assert chart["on_time"] == [0.9, None, 0.9]
    assert chart["online"] == [0.8, None, 0.8]
    assert chart["decided"] == [200, 19, 200]


def test_quiet_days_at_either_end_are_left_out():
    chart = curve([day(1, 3, 0), day(2, 0, 0), day(3, 200), day(4, 180), day(5, 1, 0)])
    assert chart["day"] == ["2026-03-03", "2026-03-04"]


def test_nothing_to_draw_is_an_empty_chart():
    for nothing in ([], [day(1, 0, 0)]):
        assert curve(nothing) == {"day": [], "on_time": [], "online": [], "decided": []}
