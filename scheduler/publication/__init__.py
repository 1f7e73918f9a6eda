"""Publication: public record, audit record, the public site made from the public record alone, and workbooks."""

from __future__ import annotations
