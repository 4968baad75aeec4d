import subprocess
import time

import msgspec
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from dossier.event import decode
from dossier.view import REASONS
from monitoring.exporter import FAMILIES, ViewCollector, exposition
from monitoring.overview import added

OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.3"
ACCEPTS = [
    "",
    "text/plain",
    "*/*",
    OPENMETRICS,
    "application/openmetrics-text",
    "text/plain;version=1.0.0;escaping=underscores",
]


def samples(view, accept=OPENMETRICS):
    parse = openmetrics if accept == OPENMETRICS else plain
    text = exposition(view, accept)[0].decode()
    return [sample for family in parse(text) for sample in family.samples]


def total(view, name, **labels):
    return summed(samples(view), name, **labels)


def summed(seen, name, **labels):
    return sum(s.value for s in seen if s.name == name and labels.items() <= s.labels.items())


@pytest.mark.parametrize("accept", ACCEPTS)
def test_the_bytes_are_those_of_the_client_library(view, accept):
    view.table['a\\b\n"c"', "", "(none)"] = added(
        [{**row, "received": 12_345_678} for row in view.table.values()]
    )
    registry = CollectorRegistry()
    registry.register(ViewCollector(view, clock=lambda: 1.5e9))
    encode, content_type = choose_encoder(accept)
    assert (encode(registry), content_type) == exposition(view, accept, clock=lambda: 1.5e9)


def test_openmetrics_and_plain_text_say_the_same(view):
    steady = [s for s in samples(view) if s.name != "motcua_snapshot_timestamp_seconds"]
    other = [s for s in samples(view, "") if s.name != "motcua_snapshot_timestamp_seconds"]
    assert steady == other
    assert exposition(view, OPENMETRICS)[0].endswith(b"# EOF\n")


@pytest.mark.promtool
@pytest.mark.parametrize("accept", ["", "text/plain"])
def test_promtool_has_no_complaint(view, accept):
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=exposition(view, accept)[0], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_counters_have_no_created_series(view):
    assert not [s.name for s in samples(view) if s.name.endswith("_created")]


def test_each_series_is_there_once(large):
    seen = [(s.name, tuple(sorted(s.labels.items()))) for s in samples(large)]
    assert len(seen) == len(set(seen))


def test_each_dossier_is_counted_once_in_every_partition(large):
    figures, seen = added(large.table.values()), samples(large)
    assert figures["open"] == summed(seen, "dossier_open")
    assert figures["open_overdue"] == summed(seen, "dossier_open", due="overdue")
    assert figures["received"] == summed(seen, "dossier_received_total")
    assert figures["online"] == summed(seen, "dossier_received_total", online="true")
    assert figures["finished"] == summed(seen, "dossier_finished_total")
    assert figures["finished_with_due"] + figures["open_overdue"] == summed(seen, "dossier_decided_total")
    assert figures["early"] == summed(seen, "dossier_decided_total", verdict="early")
    assert figures["on_time"] - figures["early"] == summed(seen, "dossier_decided_total", verdict="on_time")
    assert figures["breached"] == summed(seen, "dossier_decided_total", verdict="late")
    assert figures["letters_due"] == summed(seen, "dossier_apology_due_total")
    assert figures["letters_sent"] == summed(seen, "dossier_apology_sent_total")
    assert figures["letters_in_time"] == summed(seen, "dossier_apology_sent_total", timing="in_time")
    assert figures["letters_due"] - figures["letters_sent"] == summed(seen, "dossier_apology_missing")


def test_the_windows_rates_are_those_of_the_view(view):
    month = view.rolling("live")["30d"]["", ""]
    assert month["on_time_rate"] == total(view, "dossier_rate", indicator="on_time", window="30d")
    assert month["apology_in_time_rate"] == total(
        view, "dossier_rate", indicator="apology_in_time", window="30d"
    )


def test_a_rate_over_nothing_is_absent(view):
    view.table.clear()
    assert not [s for s in samples(view) if s.name == "dossier_rate"]


def test_the_monitors_own_health_is_there_from_zero_on(view):
    assert total(view, "motcua_events_total") == 1234567
    assert total(view, "motcua_dead_letters_total", reason="not_json") == 2
    assert [s.value for s in samples(view) if s.labels.get("reason") == "unknown_type"] == [0, 0]
    assert [s.value for s in samples(view) if s.labels.get("kind") == "second_request"] == [0, 0]
    assert view.now == total(view, "motcua_stream_time_timestamp_seconds", scenario="live")
    assert total(view, "dossier_anomaly_total", scenario="live", kind="end_before_start") == 7
    assert total(view, "motcua_build_info") == 1


def test_what_a_partition_counts_bears_its_number(view):
    seen = samples(view)
    for name, parts in {
        "motcua_events_total": (700_000, 534_567),
        "motcua_folded_events_total": (70_000, 53_456),
        "motcua_lag_messages": (40, 5),
        "motcua_states": (87_500, 66_820),
        "motcua_open_dossiers": (7_777, 5_939),
    }.items():
        assert {s.labels["partition"]: s.value for s in seen if s.name == name} == dict(
            zip("13", parts, strict=True)
        )
    assert total(view, "motcua_alerts_total", kind="overdue", partition="3") == 30


def test_a_lag_that_nobody_has_seen_is_absent(view, changed):
    first = view.state.parts[1]
    changed(view, parts={1: msgspec.structs.replace(first, lag=None), 3: first})
    assert [s.labels["partition"] for s in samples(view) if s.name == "motcua_lag_messages"] == ["3"]


def test_the_delays_of_alerts_are_a_histogram(view):
    name, seen = "motcua_alert_delay_seconds", [s for s in samples(view) if s.labels.get("partition") == "3"]
    buckets = {s.labels["le"]: s.value for s in seen if s.name == f"{name}_bucket"}
    assert buckets == {
        "0.001": 0, "0.01": 0, "0.1": 4, "1.0": 34, "10.0": 34, "60.0": 34, "600.0": 34,
        "3600.0": 54, "+Inf": 59
    }  # fmt: skip
    assert [s.value for s in seen if s.name in {f"{name}_count", f"{name}_sum"}] == [59, 41_234.5]


def test_a_place_without_open_dossiers_keeps_its_series_at_zero(view):
    place = ("H44.200", "commune", "Hộ tịch")
    view.table[place] = {**view.table[place], "open": 0, "open_overdue": 0}
    seen = [s for s in samples(view) if s.name == "dossier_open" and s.labels["office"] == "H44.200"]
    assert [s.value for s in seen] == [0] * 7


def test_several_scenarios_stand_side_by_side(view):
    view.names = ["live", "more-staff"]
    assert total(view, "dossier_open", scenario="live") == total(view, "dossier_open", scenario="more-staff")


def test_the_view_is_asked_once_a_scrape(large):
    exposition(large)
    assert large.asked == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff",
        b"{}",
        b'{"type":"tick"}',
        b'{"type":"x"}',
        b'{"type":"tick","scenario":1,"at":"2026-03-02T10:00:00Z"}',
    ],
)
def test_every_reason_of_decode_is_there_from_zero_on(raw):
    assert decode(raw).reason in REASONS


def test_registering_does_not_read_the_view(view):
    CollectorRegistry(auto_describe=True).register(ViewCollector(view))
    assert view.asked == 0


def test_no_label_is_finer_than_office_and_field():
    finest = {"scenario", "office", "level", "field"}
    classes = {
        "due",
        "online",
        "verdict",
        "timing",
        "kind",
        "indicator",
        "window",
        "reason",
        "python",
        "version",
        "partition",
    }
    assert all(set(family.labels) <= finest | classes for family in FAMILIES)


def test_a_province_is_scraped_in_a_moment(large):
    """0.06 s on an idle laptop; the bound only catches a return to the library's 0.4 s."""
    best = min(_seconds(lambda: exposition(large, OPENMETRICS)) for _ in range(5))
    assert best < 0.3


def _seconds(act):
    start = time.process_time()
    act()
    return time.process_time() - start
