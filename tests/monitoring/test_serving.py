"""What docs/serving.md says of the metrics holds: names, labels, configuration, sums at a hand-over."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from monitoring.exporter import FAMILIES, Family

TEXT = (Path(__file__).parents[2] / "docs" / "serving.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)


def expressions() -> list[str]:
    """One a line; a line that goes on is indented."""
    return [
        " ".join(part.split()) for block in blocks("promql") for part in re.split(r"\n(?!\s)", block.strip())
    ]


def promtool(*words: object) -> str:
    done = subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_table_has_the_monitors_own_metrics_with_their_labels():
    rows = re.findall(r"^\| (`motcua_.*?) \| (.*?) ?\| .+ \|$", TEXT, re.MULTILINE)
    told = {
        name: set(filter(None, labels.split(", ")))
        for names, labels in rows
        for name in re.findall(r"`(\w+)`", names)
    }
    kept = {
        family.name + ("_total" if isinstance(family, Family) and family.kind == "counter" else ""): set(
            family.labels
        )
        for family in FAMILIES
        if family.name.startswith("motcua_")
    }
    assert told == kept


@pytest.mark.promtool
def test_promtool_accepts_the_configuration_of_the_guide(tmp_path):
    (config,) = blocks("yaml")
    (tmp_path / "token").write_text("x")
    assert "/etc/prometheus/motcua.token" in config
    (tmp_path / "prometheus.yml").write_text(
        config.replace("/etc/prometheus/motcua.token", f"{tmp_path}/token")
    )
    assert "SUCCESS" in promtool("check", "config", tmp_path / "prometheus.yml")


@pytest.mark.promtool
def test_the_sums_of_the_guide_stay_right_while_a_partition_is_handed_over(tmp_path):
    """Partition 1 goes from worker a to worker b; for two minutes both tell of it."""
    lag, rate, alerts, slowest, nothing = expressions()
    series = {
        'motcua_lag_messages{instance="a",partition="0"}': "5x20",
        'motcua_lag_messages{instance="a",partition="1"}': "7x9 _x11",
        'motcua_lag_messages{instance="b",partition="1"}': "_x8 7x12",
        'motcua_folded_events_total{instance="a",partition="0"}': "60+60x20",
        'motcua_alerts_total{instance="a",kind="overdue",partition="0"}': "100x20",
        'motcua_alerts_total{instance="a",kind="overdue",partition="1"}': "40x9 _x11",
        'motcua_alerts_total{instance="b",kind="overdue",partition="1"}': "_x8 40x12",
        'motcua_alert_delay_seconds_bucket{le="1.0",partition="0"}': "0+1x20",
        'motcua_alert_delay_seconds_bucket{le="+Inf",partition="0"}': "0+1x20",
    }
    told = {
        lag: ("{}", 12),
        rate: ("{}", 1),
        alerts: ('{kind="overdue"}', 140),
        f"{slowest} < bool 1": ("{}", 1),
    }
    asked = [
        {"expr": expr, "eval_time": f"{minute}m", "exp_samples": [{"labels": labels, "value": value}]}
        for expr, (labels, value) in told.items()
        for minute in (7, 9, 12)
    ]
    asked.append({"expr": nothing, "eval_time": "12m", "exp_samples": []})
    # Nobody folds any more, and the messages wait.
    still = [{"series": 'motcua_lag_messages{partition="0"}', "values": "5x20"}]
    still.append({"series": 'motcua_folded_events_total{partition="0"}', "values": "60x20"})
    stuck = {"expr": nothing, "eval_time": "12m", "exp_samples": [{"labels": "{}", "value": 5}]}
    moving = [{"series": name, "values": values} for name, values in series.items()]
    tests = [
        {"interval": "1m", "input_series": given, "promql_expr_test": wanted}
        for given, wanted in ((moving, asked), (still, [stuck]))
    ]
    (tmp_path / "test.yml").write_text(yaml.safe_dump({"tests": tests}), "utf-8")
    assert "SUCCESS" in promtool("test", "rules", tmp_path / "test.yml")
