"""
The scorecard as a file: the one in use is read, shown, written out to be edited by hand, and an edited one is checked.

None of it changes what is in use: that is for the settings to say (`classify.scorecard`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scheduler.errors import PolicyError, UsageError
from scheduler.i18n import gettext as _
from scheduler.resources import data_path
from scheduler.risk.scorecard import Scorecard, parse_scorecard
from scheduler.risk.scorecard_changes import scorecard_changes
from scheduler.workflow.files import check_target, write_file
from scheduler.workflow.internal import INTERNAL_WORD, InternalMark, mark_internal
from scheduler.workflow.workspace import SETTINGS_NAME, Workspace

EXPERT_SCORECARD = "scorecard-expert.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownScorecard:
    """
    A scorecard and where it stands.

    Attributes
    ----------
    path
        File it was read from.
    changes
        What differs from the one in use, where another was checked.
    written
        File it was written to; None if it was only shown.
    """

    scorecard: Scorecard
    path: Path
    mark: InternalMark
    changes: tuple[str, ...] = ()
    written: Path | None = None

    def document(self) -> dict[str, Any]:
        """The scorecard for machines."""
        card = self.scorecard
        return {
            **card.document(),
            "name": card.name,
            "source": card.source,
            "note": card.note,
            "warnings": list(map(asdict, card.warnings)),
            "file": self.path.name,
            "bins": {
                scale.name: [scale.describe(number) for number in range(len(scale.points))] for scale in card.indicators
            },
            "changes": list(self.changes),
            "written": str(self.written) if self.written else None,
            "internal": self.mark.document(),
        }


def read_scorecard(workspace: Workspace) -> Scorecard:
    """
    Scorecard that the settings name, or the expert default, which is not official.

    Raises
    ------
    PolicyError
        If the file is not there or is wrong, or its tiers are not the policy's.
    """
    path = _path_in_use(workspace)
    return _parse(workspace, _read(path, f"{SETTINGS_NAME}: classify.scorecard"), path.name)


def show_scorecard(workspace: Workspace) -> ShownScorecard:
    """The scorecard in use; looking leaves an entry in the log."""
    card = read_scorecard(workspace)
    with workspace.transaction() as connection:
        mark = mark_internal(connection, workspace, "classify scorecard", {"scorecard": card.digest})
    return ShownScorecard(scorecard=card, path=_path_in_use(workspace), mark=mark)


def write_scorecard(workspace: Workspace, out: Path, *, replace: bool = False) -> ShownScorecard:
    """
    Writes the scorecard in use to a file, comments included, to be edited by hand.

    Raises
    ------
    UsageError
        If the file is there already and may not be replaced, or cannot be written.
    """
    check_target(out, (".toml",))
    if out.exists() and not replace:
        raise UsageError(_("{path} is there already; give another name, or --replace").format(path=out))
    path = _path_in_use(workspace)
    text = _read(path, f"{SETTINGS_NAME}: classify.scorecard")
    card = _parse(workspace, text, path.name)
    with workspace.transaction() as connection:
        detail = {"file": out.name, "scorecard": card.digest}
        mark = mark_internal(connection, workspace, "classify scorecard --out", detail, after=card.digest)
        write_file(out, marked_toml(text, mark).encode("utf-8"))
    return ShownScorecard(scorecard=card, path=path, mark=mark, written=out)


def check_scorecard(workspace: Workspace, path: Path) -> ShownScorecard:
    """
    Checks a scorecard without using it, and tells what differs from the one in use.

    Raises
    ------
    PolicyError
        If it cannot be read or is wrong; every line names file and place.
    """
    card = parse_scorecard(_read(path, "--check"), path.name)
    with workspace.transaction() as connection:
        detail = {"file": path.name, "scorecard": card.digest}
        mark = mark_internal(connection, workspace, "classify scorecard --check", detail)
    return ShownScorecard(
        scorecard=card, path=path, mark=mark, changes=scorecard_changes(_for_comparison(workspace, card), card)
    )


def marked_toml(text: str, mark: InternalMark) -> str:
    """TOML text under the mark of internal files, as a comment; an older mark makes way."""
    lines = text.splitlines()
    while lines and lines[0].startswith(f"# {INTERNAL_WORD}"):
        del lines[0]
    return "\n".join([f"# {mark.line()}", *lines]) + "\n"


def _for_comparison(workspace: Workspace, fallback: Scorecard) -> Scorecard:
    """The scorecard in use, whatever its tiers; where it cannot be read, there is nothing to compare with."""
    path = _path_in_use(workspace)
    try:
        return parse_scorecard(_read(path, path.name), path.name)
    except PolicyError:
        return fallback


def _path_in_use(workspace: Workspace) -> Path:
    named = workspace.settings.classify.scorecard
    return workspace.root / named if named else data_path(EXPERT_SCORECARD)


def _read(path: Path, place: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # editors on Windows write a byte order mark
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(
            _("{place}: expected a TOML file in UTF-8, got {path} ({error})").format(
                place=place, path=path, error=error
            )
        ) from error


def _parse(workspace: Workspace, text: str, name: str) -> Scorecard:
    scorecard = parse_scorecard(text, name)
    wanted = workspace.settings.tiers.codes
    if scorecard.tiers != wanted:
        raise PolicyError(
            _("{name}: tiers: expected {wanted} as in {settings} (tiers.codes), got {got}").format(
                name=name, settings=SETTINGS_NAME, wanted=", ".join(wanted), got=", ".join(scorecard.tiers)
            )
        )
    return scorecard
