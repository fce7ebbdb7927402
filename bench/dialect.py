"""What SQLite and PostgreSQL write differently when they reckon rows by themselves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """Forms with a place for an expression each."""

    _moment: str
    _day: str
    _stamp: str
    _padded: str
    _sequence: str

    def moment(self, seconds: str) -> str:
        """A time from seconds since 1970."""
        return self._moment.format(seconds)

    def day(self, seconds: str) -> str:
        """Its date."""
        return self._day.format(seconds)

    def stamp(self, seconds: str) -> str:
        """Its date as eight figures."""
        return self._stamp.format(seconds)

    def padded(self, number: str, width: int) -> str:
        """A number with leading zeros."""
        return self._padded.format(number, width)

    def sequence(self, table: str, last: int) -> str:
        """One to ``last`` into a table."""
        return self._sequence.format(table, last)

    def scatter(self, number: str, salt: int, below: int) -> str:
        """As good as chance, and always the same."""
        one, other = f"(({number}) + {salt * 7919}) % 99991", f"(({number}) * 13 + {salt}) % 65537"
        return f"(({one}) * ({other} + 7) % 1000003 % {below})"


SQLITE = Dialect(
    "(strftime('%Y-%m-%d %H:%M:%f', {0}, 'unixepoch') || '000')",
    "strftime('%Y-%m-%d', {0}, 'unixepoch')",
    "strftime('%Y%m%d', {0}, 'unixepoch')",
    "printf('%0{1}d', {0})",
    "INSERT INTO {0} WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s"
    " WHERE n < {1}) SELECT n FROM s",
)
POSTGRES = Dialect(
    "to_timestamp({0})",
    "to_timestamp({0})::date",
    "to_char(to_timestamp({0}) AT TIME ZONE 'UTC', 'YYYYMMDD')",
    "lpad(({0})::text, {1}, '0')",
    "INSERT INTO {0} SELECT generate_series(1, {1})",
)
