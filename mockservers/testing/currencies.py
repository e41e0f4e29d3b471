"""Minor units of currencies by ISO 4217: how many decimals an amount has."""

from __future__ import annotations

from collections.abc import Mapping

_DECIMALS = 2
_OTHERS: Mapping[int, str] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_OF = {code: decimals for decimals, codes in _OTHERS.items() for code in codes.split()}


def minor_unit(currency: str) -> int:
    """The decimals of an amount in a currency: 0 for JPY, 2 for TWD, UAH and most others. Source: ISO 4217."""
    return _OF.get(currency, _DECIMALS)
