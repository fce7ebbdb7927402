"""Money in whole fen. There is no way in from ``float``."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from mainline.errors import Invalid


def fen_of_yuan(text: str) -> int:
    """Fen from what a person types, such as ``12.5``; more than two decimals are refused."""
    try:
        amount = Decimal(text.strip())
    except InvalidOperation as error:
        raise Invalid("amount") from error
    if not amount.is_finite() or amount != amount.quantize(Decimal("0.01"), ROUND_HALF_UP):
        raise Invalid("amount")
    return int(amount * 100)


def yuan(fen: int) -> str:
    """``123456`` fen as ``1,234.56``."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"
