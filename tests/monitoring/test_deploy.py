import subprocess
from pathlib import Path

import pytest
import yaml

CONFIG = Path(__file__).parents[2] / "deploy" / "prometheus.yml"


@pytest.mark.promtool
def test_promtool_accepts_the_configuration():
    done = subprocess.run(
        ["promtool", "check", "config", CONFIG], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stdout + done.stderr


def test_the_monitor_on_this_machine_is_scraped():
    job = yaml.safe_load(CONFIG.read_text("utf-8"))["scrape_configs"][0]
    assert (job["static_configs"][0]["targets"], job["metrics_path"]) == (["127.0.0.1:8642"], "/metrics")
