from datetime import date

import pytest

from apps.ssh_keys import expiry_dates


@pytest.mark.parametrize(
    "text",
    [
        "2020-07-24",
        "20200724",
        "2020/07/24",
        "2020.7.24",
        " 2020-07-24\n",
        "24 Jul 2020",
        "24 July 2020",
        "24-Jul-2020",
        "Jul 24 2020",
        "jul 24, 2020",
        "July 24th, 2020",
        "Fri, 24 Jul 2020 10:00:00 GMT",
        "2020-07-24T23:30:00Z",
        "2020-07-24T23:30:00.123+02:00",
        "2020-07-24 23:30:00 UTC",
        "2020-07-24 23:30:00 +0200",
        "20200724T233000Z",
    ],
)
def test_a_date_is_read_as_people_type_it(text: str) -> None:
    assert expiry_dates.read(text) == date(2020, 7, 24)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_the_far_past_and_future_are_dates(text: str) -> None:
    assert str(expiry_dates.read(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "2020-02-30", "2020-13-01", "20201301", "24 Foo 2020", "24/07/2020", "2020-07",
        "10", "1595548800", "\u0662020-07-24", "2020-07-24x", "0000-01-01", "Jul 2020", "%s",
    ],
)  # fmt: skip
def test_everything_else_is_no_date(text: str) -> None:
    with pytest.raises(expiry_dates.NotADate):
        expiry_dates.read(text)


def test_sept_is_september() -> None:
    assert expiry_dates.read("1 Sept 2020") == date(2020, 9, 1)
