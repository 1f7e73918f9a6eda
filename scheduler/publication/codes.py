"""QR codes of what is put up on paper, as pictures."""

from __future__ import annotations

import io

import segno

PICTURES = (".svg", ".png")


def qr_picture(text: str, suffix: str) -> bytes:
    """
    Picture of a text as a QR code that still reads with a quarter of it damaged.

    Parameters
    ----------
    suffix
        ``".svg"`` or ``".png"``.

    Raises
    ------
    ValueError
        If the suffix is another, or the text is longer than a code can hold.

    Examples
    --------
    >>> qr_picture("371000", ".svg")[:5], qr_picture("371000", ".png")[1:4]
    (b'<?xml', b'PNG')
    """
    if suffix not in PICTURES:
        raise ValueError(f"expected one of {', '.join(PICTURES)}, got {suffix!r}")
    stream = io.BytesIO()
    segno.make_qr(text, error="q", encoding="utf-8").save(stream, kind=suffix[1:], scale=8)
    return stream.getvalue()
