"""What a method says of data it cannot answer for: why, as a code and as a message."""

from __future__ import annotations

from asan_analysis.errors import ParameterError


class Refusal(ParameterError):
    """Data or rules that a method cannot answer for; the call itself is right.

    `code` names the reason: `refused.<code>` in `report/texts.toml` says it in both languages.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code
