"""Tables on a terminal can be read, and nothing in a file can play with the terminal."""

from motcua.show import clean, table


def test_words_stand_left_and_numbers_right():
    text = table(("name", "n", "share", "note"), [("a", "1,234", "88.42 %", "x"), ("bb", "5", "-", "yz")])
    assert text.splitlines() == [
        "name      n    share  note",
        "--------------------------",
        "a     1,234  88.42 %  x",
        "bb        5        -  yz",
    ]


def test_a_wide_table_breaks_its_headings_and_not_its_rows():
    heads = ["office", *(f"a_very_long_heading_{i}" for i in range(8))]
    lines = table(heads, [["x", *"12345678"]]).splitlines()
    assert max(map(len, lines)) <= 100
    head = [line.split() for line in lines[:-2]]
    assert ["heading_"] * 8 in head
    assert head[-1] == ["office", *"01234567"]
    assert lines[-1].split() == ["x", *"12345678"]


def test_a_name_cannot_turn_the_line_or_colour_the_terminal():
    hostile = "a\x1b[31m\x07b\nc\u202ed"
    assert clean(hostile) == "a\ufffd[31m\ufffdb c\ufffdd"
    assert len(table(("office",), [(hostile,)]).splitlines()) == 3


def test_a_table_without_rows_has_its_heading():
    assert table(("a", "b"), []).splitlines() == ["a  b", "----"]
