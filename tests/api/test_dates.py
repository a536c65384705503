"""The golden list of dates: what is read, as which day, and what is not."""

from datetime import date

import pytest

from apps.core.api.dates import parse

JUNE_13 = (
    "2021-06-13", "2021/06/13", "2021.06.13", "20210613", "210613", "20210613T101010Z",
    "2021-06-13T23:59:59-11:00", "2021-06-13 10:00", "2021-06-13 23:59:59 +0000", "13 Jun 2021",
    "13 June 2021", "Jun 13 2021", "June 13, 2021", "13th June 2021", "Sun, 13 Jun 2021 10:00:00 GMT",
    "13-Jun-2021", "13/Jun/2021", "2021 Jun 13", "13/06/2021", "13.06.2021", "13-06-2021", "21-06-13",
    "2021-164", " 2021-06-13 ", "2021-06-13foo", "13 JUN 2021", "jUNE 13 2021",
)  # fmt: skip
OTHERS = {
    "2021-6-3": date(2021, 6, 3),
    "Jun 2021": date(2021, 6, 1),
    "2021-W24-7": date(2021, 6, 20),
    "01/02/2018": date(2018, 2, 1),
    "13-06-21": date(2013, 6, 21),
    "13/06/21": date(2013, 6, 21),
    "68-01-01": date(2068, 1, 1),
    "69-01-01": date(1969, 1, 1),
    "2020-366": date(2020, 12, 31),
    "06 Jun 2021": date(2021, 6, 6),
}
NONE = (
    "2021", "2021-06", "2021-02-30", "2021-06-31", "2021-13-01", "06/13/2021", "12/31/2021", "0000-00-00",
    "today", "null", "nope", "1624000000", "13", "Jun 13", "monday", "2021-366", "2021-W54-1", "2021-06-133",
    "2021-06/13", "13 Juni 2021", "", " ", "2021-06-1\uff13", "2106134", "2021-06-13" + " " * 119,
)  # fmt: skip


@pytest.mark.parametrize("text", JUNE_13)
def test_every_way_to_write_the_thirteenth_of_june(text: str) -> None:
    assert parse(text) == date(2021, 6, 13)


@pytest.mark.parametrize("text", OTHERS)
def test_the_other_forms(text: str) -> None:
    assert parse(text) == OTHERS[text]


@pytest.mark.parametrize("text", NONE)
def test_everything_else_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)
