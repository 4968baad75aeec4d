"""A worker that follows the shared broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.streams.worker import Worker


@pytest.fixture
def worker(kafka: str, tmp_path: Path) -> Iterator[Worker]:
    """A worker that follows the broker; not started yet."""
    worker = Worker(tmp_path, "--kafka", kafka)
    yield worker
    worker.end()
