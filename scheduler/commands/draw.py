"""Commands that commit to a draw, draw firms and officers, void, and tell where the draws stand."""

from __future__ import annotations

import dataclasses
import re
import shlex
import unicodedata
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from scheduler.commands.context import CommandContext, pass_command_context, print_json, say
from scheduler.draw.commitment import anchor_text
from scheduler.draw.seed import EntropySource, PublicValue, operator_alone
from scheduler.draw.sources import COMMITTED_KINDS, SOURCE_WORDS, SourceKind
from scheduler.errors import UsageError
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.publication.codes import PICTURES, qr_picture
from scheduler.workflow.contributions import reveal_contribution
from scheduler.workflow.draw import (
    AttemptState,
    CommitSummary,
    commit_draw,
    draw_targets,
    show_commitment,
    show_draws,
    void_draw,
)

_DATED = re.compile(r"([^@=]+)@([0-9]{4}-[0-9]{2}-[0-9]{2})(?::([a-z]+):(\S+))?")
_SECRETS = re.compile(r"([0-9a-fA-F]{64})\s+([0-9a-fA-F]{64})\s*")


def _picture(_context: click.Context, _parameter: click.Parameter, path: Path | None) -> Path | None:
    """Refuses a file of another kind before anything is committed to."""
    if path is not None and path.suffix.lower() not in PICTURES:
        raise UsageError(_("--qr: expected a file .svg or .png, got {name}").format(name=path.name))
    return path


_qr_option = click.option(
    "--qr",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_picture,
    help=_("Write the commitment's digest as a QR code here (.svg or .png), for the notice board."),
)
_text_option = click.option(
    "--text", type=click.Path(dir_okay=False, path_type=Path), help=_("Write the text for the bulletin here too.")
)


@click.group(help=_("Commit to a draw, draw firms and officers, void."))
def draw() -> None:
    """Groups the draw's commands."""


@draw.command(
    help=_("Freeze pool, plan and inputs of a round and commit to its draw; prints the text for the bulletin.")
)
@click.argument("round_number", metavar="ROUND", type=click.IntRange(min=1))
@click.option(
    "--entropy",
    "sources",
    metavar="NAME@DATE:KIND:DETAIL",
    multiple=True,
    help=_(
        "Source that will speak on a later day; give the option once for each. Kinds: digits:5 (a lottery's five "
        "digits), balls:6/33+1/16 (numbers drawn of so many), index:2 (a closing index with two decimals), "
        "beacon:ROUND, dice:32 (throws before witnesses), witness:SHA256 (of a contribution, revealed by that day "
        "with “draw reveal”)."
    ),
)
@click.option(
    "--own-seed",
    metavar="NAME@DATE",
    help=_("Let a seed of the bureau's own take part, opened on that day; alone it is the weakest kind of draw."),
)
@click.option(
    "--day-value", metavar="NAME=VALUE", help=_("Public value of today, so that nobody can say it was back-dated.")
)
@click.option(
    "--secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("File with the two secrets, 64 hexadecimal digits each; otherwise the system makes them."),
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=_("Write commitment.json here too."))
@_text_option
@_qr_option
@click.option("--dry-run", is_flag=True, help=_("Tell what would happen, change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def commit(
    context: CommandContext,
    round_number: int,
    sources: tuple[str, ...],
    own_seed: str | None,
    day_value: str | None,
    secret_file: Path | None,
    out: Path | None,
    text: Path | None,
    qr: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Commits to the draw of a round."""
    secret, officer_secret = read_secrets(secret_file)
    context.progress.report(_("Freezing and committing a round"), 0, 1)
    summary = commit_draw(
        context.open(),
        round_number,
        entropy=[parse_source(source) for source in sources],
        own_seed=parse_own_seed(own_seed),
        day_value=parse_day_value(day_value),
        secret=secret,
        officer_secret=officer_secret,
        dry_run=dry_run,
    )
    context.progress.report(_("Freezing and committing a round"), 1, 1)
    for warning in summary.warnings:
        say(_("Note: {warning}").format(warning=warning))
    if dry_run:
        say(_("Dry run: nothing was changed, and a real commitment would have another digest."))
    else:
        write_commitment(summary, out, text, qr)
    if as_json:
        print_json({**_document(summary), "dry_run": dry_run})
    else:
        click.echo(summary.bulletin, nl=False)
    if not dry_run and not as_json:
        words = _("Publish this text. When the sources have spoken: double-random draw targets {number} {options}")
        said = [parse_source(source) for source in sources]
        options = [f"--entropy {shlex.quote(one.name)}=…" for one in said if one.kind not in COMMITTED_KINDS]
        if any(one.kind is SourceKind.WITNESS for one in said):
            _say_reveal(context, round_number)
        say(context.pasteable(words.format(number=round_number, options=" ".join(options)).rstrip()))


def _say_reveal(context: CommandContext, round_number: int) -> None:
    say(
        context.pasteable(
            _("Witnesses reveal in time: double-random draw reveal {number} NAME=VALUE").format(number=round_number)
        )
    )


@draw.command(
    help=_(
        "Take what a witness committed to, before the last public source speaks. A witness makes it with, for example: "
        "openssl rand -hex 16 | tr -d '\\n' | tee mine.txt | sha256sum"
    )
)
@click.argument("round_number", metavar="ROUND", type=click.IntRange(min=1))
@click.argument("contribution", metavar="NAME=VALUE")
@click.option("--dry-run", is_flag=True, help=_("Tell what would happen, change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def reveal(context: CommandContext, round_number: int, contribution: str, dry_run: bool, as_json: bool) -> None:
    """Takes a witness's contribution."""
    name, value = parse_value(contribution)
    summary = reveal_contribution(context.open(), round_number, name, value, dry_run=dry_run)
    if dry_run:
        say(_("Dry run: nothing was changed."))
    if as_json:
        print_json({**_document(summary), "dry_run": dry_run})
        return
    click.echo(
        _("Draw {draw_id}: {name} revealed {value}").format(
            draw_id=summary.draw_id, name=summary.name, value=summary.value
        )
    )
    if summary.waiting:
        say(_("Not revealed yet: {names}").format(names=", ".join(summary.waiting)))


@draw.command(help=_("The commitment of a round once more: text for the bulletin, commitment.json and QR code."))
@click.argument("round_number", metavar="ROUND", type=click.IntRange(min=1))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=_("Write commitment.json here too."))
@_text_option
@_qr_option
@pass_command_context
def bulletin(context: CommandContext, round_number: int, out: Path | None, text: Path | None, qr: Path | None) -> None:
    """Tells a commitment once more."""
    summary = show_commitment(context.open(), round_number)
    write_commitment(summary, out, text, qr)
    click.echo(summary.bulletin, nl=False)


@draw.command(help=_("Draw the firms of a round, once, with what the announced sources said."))
@click.argument("round_number", metavar="ROUND", type=click.IntRange(min=1))
@click.option(
    "--entropy",
    "values",
    metavar="NAME=VALUE",
    multiple=True,
    help=_("What an announced public source said; give the option once for each."),
)
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def targets(context: CommandContext, round_number: int, values: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Draws the firms of a round."""
    said = parse_values(values)
    for name, value in said.items():
        say(f"{name} = {value}")
    if not yes:
        click.confirm(_("Draw with these values? A round is drawn once."), abort=True, err=True)
    context.progress.report(_("Drawing the firms"), 0, 1)
    summary = draw_targets(context.open(), round_number, said)
    context.progress.report(_("Drawing the firms"), 1, 1)
    if as_json:
        print_json(_document(summary))
        return
    click.echo(
        _("Draw {draw_id}: {drawn} of {pool} firms drawn, {counting} of them for the target").format(
            draw_id=summary.draw_id, drawn=summary.num_drawn, pool=summary.num_firms, counting=summary.num_counting
        )
    )
    click.echo(_("Seed: {seed}").format(seed=summary.seed))
    click.echo(_("Digest of the list: {digest}").format(digest=summary.drawn_digest))
    say(context.pasteable(_("Next: double-random draw officers {number}").format(number=round_number)))


@draw.command(help=_("Draw teams, who visits whom, and the days of a round."))
@click.argument("round_number", metavar="ROUND")
@click.option(
    "--district",
    metavar="CODE",
    help=_("The place that draws its own officers; the bureau's own code draws last. Otherwise all places draw."),
)
@click.option("--dry-run", is_flag=True, help=_("Tell what would happen, change nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def officers(context: CommandContext, round_number: str, district: str | None, dry_run: bool, as_json: bool) -> None:
    """Draws the officers of a round."""
    from scheduler.commands.drawn_officers import tell_officers
    from scheduler.workflow.teams import draw_officers

    number = int(round_number) if round_number.isdecimal() else round_number
    summary = draw_officers(context.open(), number, district=district, dry_run=dry_run)
    if dry_run:
        say(_("Dry run: nothing was changed."))
    if as_json:
        print_json({**_document(summary), "dry_run": dry_run})
        return
    tell_officers(summary)
    if summary.places_left:
        words = _("Still to draw: {places}. Next: double-random draw officers {number} --district {place}")
        places = ", ".join(summary.places_left)
        say(context.pasteable(words.format(places=places, number=number, place=summary.places_left[0])))
    elif not dry_run:
        say(context.pasteable(_("Next: double-random publish, and inspect")))


@draw.command(help=_("Void the draw of a round; it stays on record with its reason."))
@click.argument("round_number", metavar="ROUND", type=click.IntRange(min=1))
@click.option("--reason", required=True, help=_("Why, in one sentence; it is published."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@pass_command_context
def void(context: CommandContext, round_number: int, reason: str, yes: bool) -> None:
    """Voids the draw of a round."""
    if not yes:
        click.confirm(
            _("Void the draw of round {round}? This stays visible for ever.").format(round=round_number),
            abort=True,
            err=True,
        )
    draw_id = void_draw(context.open(), round_number, reason)
    click.echo(
        _("Draw {draw_id} is void. The next attempt needs a source that has not spoken yet.").format(draw_id=draw_id)
    )


@draw.command(help=_("Where the draws stand, voided ones included."))
@click.argument("round_number", metavar="[ROUND]", type=click.IntRange(min=1), required=False)
@click.option("--json", "as_json", is_flag=True, help=_("Answer as JSON."))
@pass_command_context
def show(context: CommandContext, round_number: int | None, as_json: bool) -> None:
    """Tells where the draws stand."""
    attempts = show_draws(context.open(), round_number)
    if as_json:
        print_json({"draws": [_document(attempt) for attempt in attempts]})
    elif not attempts:
        say(_("Nothing is committed to yet."))
    else:
        click.echo("\n\n".join(describe(attempt) for attempt in attempts))


def describe(attempt: AttemptState) -> str:
    """An attempt in words, one fact a line."""
    lines = [
        _("Draw {draw_id}: {status}").format(draw_id=attempt.draw_id, status=label(attempt.status)),
        _("  kind: {kind}").format(kind=label(attempt.kind)),
        _("  committed on {day}: {digest}").format(day=attempt.committed_on, digest=attempt.commitment_digest),
    ]
    lines += [
        _("  source: {name}, {day}, {kind}, {bits} bits").format(
            name=source.name, day=source.spoken_on, kind=_(SOURCE_WORDS[source.kind]), bits=source.bits
        )
        for source in attempt.entropy
    ]
    if operator_alone(attempt.entropy):
        lines.append(_("  weakest kind: the bureau's own seed is the only source"))
    if attempt.drawn_on:
        lines.append(
            _("  drawn on {day}: {drawn} firms, {counting} of them for the target; seed {seed}").format(
                day=attempt.drawn_on, drawn=attempt.num_drawn, counting=attempt.num_counting, seed=attempt.seed
            )
        )
    if attempt.officers_drawn_on:
        lines.append(_("  officers drawn on {day}").format(day=attempt.officers_drawn_on))
    if attempt.void_reason:
        lines.append(_("  voided: {reason}").format(reason=attempt.void_reason))
    return "\n".join(lines)


def parse_source(text: str) -> EntropySource:
    """
    Reads ``NAME@DATE:KIND:DETAIL``.

    Raises
    ------
    UsageError
        If the text is written otherwise, the day does not exist, or the kind asks for another detail.
    """
    name, day, kind, detail = _dated(text)
    kinds = {one.value for one in SourceKind} - {SourceKind.DECLARED, SourceKind.OPERATOR}
    if day is None or kind not in kinds:
        raise UsageError(
            _(
                "--entropy: expected NAME@DATE:KIND:DETAIL such as drand@2026-02-20:beacon:4987654, with one of the "
                "kinds {kinds}, got {text!r}"
            ).format(kinds=", ".join(sorted(kinds)), text=text)
        )
    return EntropySource.of(name, day, SourceKind(kind), detail)


def parse_own_seed(text: str | None) -> tuple[str, date] | None:
    """Reads ``NAME@DATE`` where there is one; raises `UsageError` if it is written otherwise."""
    if text is None:
        return None
    name, day, kind, _detail = _dated(text)
    if day is None or kind:
        raise UsageError(_("--own-seed: expected NAME@DATE such as bureau@2026-02-20, got {text!r}").format(text=text))
    return name, day


def _dated(text: str) -> tuple[str, date | None, str, str]:
    """Name, day, kind and detail of a source; no day where the text is written otherwise."""
    found = _DATED.fullmatch(unicodedata.normalize("NFC", text))
    try:
        day = date.fromisoformat(found[2]) if found else None
    except ValueError:
        day = None
    if found is None:
        return "", None, "", ""
    return found[1].strip(), day, found[3] or "", found[4] or ""


def parse_value(text: str) -> tuple[str, str]:
    """
    Reads ``NAME=VALUE``.

    Raises
    ------
    UsageError
        If there is no equals sign.
    """
    name, equals, value = unicodedata.normalize("NFC", text).partition("=")
    if not equals:
        raise UsageError(_("expected NAME=VALUE, got {text!r}").format(text=text))
    return name.strip(), value.strip()


def parse_day_value(text: str | None) -> PublicValue | None:
    """Reads ``NAME=VALUE`` where there is one; raises `UsageError` as `parse_value`."""
    if text is None:
        return None
    name, value = parse_value(text)
    return PublicValue(name=name, value=value)


def parse_values(texts: Iterable[str]) -> dict[str, str]:
    """
    Reads several ``NAME=VALUE``.

    Raises
    ------
    UsageError
        If a name is given twice.
    """
    pairs = [parse_value(text) for text in texts]
    if len(dict(pairs)) != len(pairs):
        raise UsageError(
            _("--entropy: expected each source once, got {names}").format(names=", ".join(n for n, _v in pairs))
        )
    return dict(pairs)


def read_secrets(path: Path | None) -> tuple[bytes | None, bytes | None]:
    """
    Reads the two secrets of a file, in hexadecimal digits; nothing without a file.

    Raises
    ------
    UsageError
        If the file holds anything else.
    """
    if path is None:
        return None, None
    found = _SECRETS.fullmatch(path.read_bytes().decode("ascii", "replace"))
    if found is None:
        raise UsageError(
            _("{path}: expected two lines of 64 hexadecimal digits, the draw's secret and the officers'").format(
                path=path
            )
        )
    return bytes.fromhex(found[1]), bytes.fromhex(found[2])


def write_commitment(summary: CommitSummary, out: Path | None, text: Path | None, qr: Path | None) -> None:
    """Writes a commitment to those files that were asked for."""
    if out:
        write_aside(out, summary.content)
    if text:
        write_aside(text, summary.bulletin.encode("utf-8"))
    if qr:
        write_aside(qr, qr_picture(anchor_text(summary.draw_id, summary.commitment_digest), qr.suffix.lower()))


def write_aside(path: Path, content: bytes) -> None:
    """Writes a file aside and renames it, so that nobody reads half of it."""
    aside = path.with_name(path.name + ".part")
    aside.write_bytes(content)
    aside.replace(path)


def _document(value: Any) -> dict[str, Any]:
    fields = dataclasses.asdict(value)
    return {name: field for name, field in fields.items() if not isinstance(field, bytes)}


COMMANDS: tuple[click.Command, ...] = (draw,)
