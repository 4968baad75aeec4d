"""Parquet with types: instants with their zone, words as dictionaries, row groups of one size."""

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dossier.event import Tick
from simulator.sinks.columns import CASES, EVENTS
from simulator.sinks.formats import opened
from simulator.sinks.parquet import GROUP
from tests.strategies import at


def test_columns_are_typed(written):
    schema = pq.read_schema(written / "run.parquet")
    assert schema.names == [column.name for column in EVENTS]
    assert schema.field("at").type == pa.timestamp("us", tz="Asia/Ho_Chi_Minh")
    assert schema.field("office").type == pa.dictionary(pa.int32(), pa.string())
    assert schema.field("dossier_id").type == pa.string()
    assert schema.field("seq").type == pa.int64()
    assert schema.field("online").type == pa.bool_()


def test_dossiers_come_back_field_by_field(written, cases):
    table = pq.read_table(written / "run.dossiers.parquet")
    assert table.column_names == [column.name for column in CASES]
    for row, case in zip(table.to_pylist(), cases, strict=True):
        for column, cell in zip(CASES, case, strict=True):
            told = row[column.name]
            assert (told.timestamp() if column.kind == "instant" and told else told) == cell


def test_polars_counts_what_the_run_told(written, messages, cases):
    events = pl.scan_parquet(written / "run.parquet")
    by_type = dict(events.group_by("type").len().collect().iter_rows())
    told = [message.__struct_config__.tag for message in messages]
    assert by_type == {kind: told.count(kind) for kind in set(told)}
    assert pl.read_parquet(written / "run.dossiers.parquet").height == len(cases)


def test_row_groups_are_full_however_the_events_come(tmp_path):
    ticks = [Tick(scenario="s", at=at(n)) for n in range(1000)]
    with opened([tmp_path / "a.parquet"]) as sink:
        for n in range(GROUP // 1000 + 8):
            sink.write(ticks[: 1000 - n])
            sink.write(ticks[1000 - n :])
    file = pq.ParquetFile(tmp_path / "a.parquet")
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.metadata.num_row_groups)]
    assert sizes == [GROUP, (GROUP // 1000 + 8) * 1000 - GROUP]
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
