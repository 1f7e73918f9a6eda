"""
Words of the checks that `verify.js` makes in the browser: the very sentences of `double-random verify`.

The audit must not be imported here, nor the other way round; that both say the same is shown by a test in the browser.
"""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.i18n import Translate, noop

CLAIMS: Mapping[str, str] = {
    "manifest": noop("the record has a manifest of format 1 or 2"),
    "manifest_digest": noop("the manifest carries its own digest"),
    "manifest_files": noop("the manifest lists exactly the files of the folder"),
    "signed": noop("the record is signed by the key that it names"),
    "file_digests": noop("every file has the digest that the manifest lists"),
    "files_asked": noop("the record holds the files that its draws ask for, and no other"),
    "forms": noop("every file is in canonical form and can be read"),
    "public_only": noop("the record is a public one; an audit record is checked with the program"),
    "year_right": noop("year.json is right"),
    "same_year": noop("manifest and year.json speak of the same bureau and year"),
    "target": noop("the target is T = ⌈r·N⌉"),
    "population": noop("N is the number of enterprises in operation on the base date"),
    "complete": noop("register, roster, recusals and results are complete, and names are true"),
    "rounds": noop("rounds are numbered 1, 2, …"),
    "draws": noop("year.json lists the draws of the record, ascending"),
    "attempts_right": noop("attempts are in order"),
    "attempts": noop("attempts are numbered without gaps, and all but a round's last are voided"),
    "lists_right": noop("items and tasks are right"),
    "lists": noop("every task inspects items of the list"),
    "totals_right": noop("the year's totals are right"),
    "drawn_enterprises": noop(
        "drawn_enterprises counts the distinct enterprises drawn that count towards T, voided draws left out"
    ),
    "target_hit": noop("all rounds are drawn and the target is hit exactly"),
    "target_kept": noop("what is drawn does not exceed the target"),
    "round_counts": noop("the rounds' counting visits are those of their draws"),
    "districts_right": noop("numbers by district are right"),
    "district_sums": noop("{name} of the districts and elsewhere sum to that of the year"),
    "districts": noop("enterprises drawn by district follow from the registers"),
    "identity_right": noop("the commitment speaks of this draw"),
    "identity": noop("the commitment speaks of this draw, bureau, year, round and window"),
    "secrets": noop("the secrets opened are those that were committed to"),
    "seals": noop(
        "register, scorecard, allocation, lists, roster, recusals and policy are those sealed before the seed"
    ),
    "policy_right": noop("the policy fits the year"),
    "dates_right": noop("the sources speak in time"),
    "dates": noop("every source of entropy speaks after the commitment and not after the draw"),
    "published": noop("the commitment was published on its day, and the sources said these values"),
    "kinds_right": noop("the kinds of the sources are right"),
    "kinds": noop("kinds, details and bits of the sources are those of the table"),
    "foreseen": noop("nobody could know the seed beforehand"),
    "last_word": noop("the last word is a public source's"),
    "bits_right": noop("the entropy is enough"),
    "bits": noop("the entropy announced reaches the policy's least number of bits"),
    "new_source_right": noop("a new attempt has a new source"),
    "new_source": noop("this new attempt announces a source that no earlier attempt announced"),
    "before_right": noop("the commitment names the draws before it"),
    "before": noop("the commitment names the draws that stood when it was made"),
    "log_right": noop("the commitment is bound to the log"),
    "log_head": noop("the commitment is bound to an entry of the log"),
    "ceremony_right": noop("the ceremony is right"),
    "opens": noop("the ceremony opens this commitment"),
    "undrawn": noop("a draw voided before its entropy spoke has no seed and no list"),
    "sources": noop("the entropy used is the one announced, in its order"),
    "substitutes_right": noop("firms that gave way are replaced by the next tickets"),
    "substitutes": noop(
        "those withdrawn stood on the list, and who came, of the pool, came for one of their visits each"
    ),
    "next_ticket": noop("each newcomer has the next ticket of the stratum, and nobody came only where none was left"),
    "gone": noop("those withdrawn were gone before the base date"),
    "values": noop("every value is one that its source can have said"),
    "revealed": noop("witnesses revealed in time or were skipped, and nobody else was"),
    "seed": noop("the seed follows from commitment and entropy"),
    "pool_right": noop("the pool is the one committed to"),
    "pool_size": noop("the pool has as many firms as committed to"),
    "root": noop("the root over the pool's leaves is the one committed to"),
    "pool_empty": noop("the pool is not empty"),
    "leaves_right": noop("the leaves are right"),
    "leaves_open": noop("every leaf is the hash of its firm"),
    "leaves_targeted": noop("every leaf is the hash of its firm, salt and sealed stratum"),
    "members": noop("the pool holds every firm that belongs into it, in its tier and stratum"),
    "counts_right": noop("the ceremony counts the list drawn"),
    "counts": noop("the ceremony states the number and the digest of the list drawn"),
    "counting": noop("as many visits count towards T as were committed to"),
    "packages_right": noop("packages are made of tasks"),
    "packages": noop("every firm drawn is to be visited for tasks of the year"),
    "from_pool_right": noop("firms drawn stand in the pool"),
    "from_pool": noop("every firm drawn stands in the pool"),
    "by_ticket": noop("every firm was drawn by its ticket"),
    "once_right": noop("nobody counts twice"),
    "once": noop("no firm is counted towards T a second time"),
    "selection_right": noop("the firms drawn have the least tickets"),
    "selection": noop("the firms drawn are those with the least tickets of their strata"),
    "thresholds_right": noop("the thresholds are right"),
    "thresholds": noop("the ceremony binds the greatest ticket drawn in each stratum"),
    "officers": noop("officers, teams and days follow from the lot"),
    "results_right": noop("results are of firms drawn"),
    "results": noop("every result is one of a firm drawn and of an item of its visit"),
    "external_right": noop("the list says that it was drawn elsewhere"),
    "external": noop("the list says that it was drawn elsewhere"),
    "external_lot": noop("the list was drawn by lot"),
    "log": noop("the chain of the log is unbroken"),
    "draw_log_right": noop("the draw log tells of the draws"),
    "draw_log_chain": noop("the draw log is one chain, each entry bound to the one before"),
    "draw_log_draws": noop("the draw log tells of the same draws as the record, in an order that the commitments name"),
    "proof_form": noop("the proof is in its form"),
    "proof_whole": noop("the proof carries its own digest"),
    "proof_draws": noop("the proof speaks of one draw or more, each once"),
    "proof_identity": noop("the commitment speaks of this bureau, year and draw"),
    "proof_pool_right": noop("the firm is in the pool committed to"),
    "proof_pool": noop("the firm's leaf is under the root of the pool committed to"),
    "proof_outside": noop("the firm is not in the pool"),
    "proof_ticket_right": noop("the ticket follows from the seed"),
    "proof_ticket": noop("the firm's ticket follows from the seed"),
    "proof_rows_right": noop("the list drawn tells of the firm"),
    "proof_listed": noop("the firm is on the list drawn"),
    "proof_unlisted": noop("the firm is not on the list drawn: its neighbours there stand next to each other"),
    "proof_chance_right": noop("the chance is opened"),
    "proof_stratum": noop("the stratum opened is the one sealed in the firm's leaf"),
    "proof_chance": noop("the firm's chance"),
    "proof_threshold_right": noop("the threshold is opened"),
    "proof_by_threshold": noop("the firm was rightly drawn, or not, by the threshold of its stratum"),
    "proof_bound": noop("the threshold is the one bound in the ceremony"),
    "proof_rightly": noop("the firm's ticket is at most the threshold exactly if the firm was drawn"),
}
REASONS: Mapping[str, str] = {
    "closed": noop("only the audit record opens the seals"),
    "register_then": noop("no record holds what the register said then"),
    "own_seed": noop("the bureau's own seed is the only source: the weakest kind of draw"),
    "unsigned": noop("the record is not signed"),
    "no_draw_log": noop("the record has no draw log: a draw could be missing from it"),
    "targeted": noop("salts and strata of a targeted round are not public"),
    "targeted_tickets": noop(
        "salts, strata and quotas of a targeted round are not public; the audit record opens them"
    ),
    "targeted_thresholds": noop("tickets and strata of a targeted round are not public; the audit record opens them"),
    "external": noop("a list drawn elsewhere is not verifiable here"),
    "proof_outside": noop("roots do not tell who is missing; pool.tsv of the public record lists who was in the pool"),
    "proof_no_root": noop("the ceremony names no root of the list; drawn.tsv of the public record is the list"),
    "proof_closed": noop("the proof does not open it"),
    "proof_older": noop("proof or ceremony is of an earlier format, without a threshold"),
    "proof_outside_lot": noop("the firm was not in the pool"),
    "proof_threshold_closed": noop("the proof does not open it: it tells the chance"),
    "proof_open": noop("anybody can draw an open round again from the public record; this proof alone cannot"),
    "proof_targeted": noop("tickets of others and the quota are not public; the audit record opens them"),
}
PAGE: Mapping[str, str] = {
    "passed": noop("holds"),
    "failed": noop("DOES NOT HOLD"),
    "not_checked": noop("NOT CHECKED"),
    "expected": noop("expected"),
    "found": noop("found"),
    "section": noop("specification, section"),
    "working": noop("Checking draw {draw}: {done} of {total} firms"),
    "reading": noop("Reading {count} files"),
    "record": noop("The record"),
    "year": noop("The year"),
    "draw": noop("Draw {draw}"),
    "log": noop("The log"),
    "proof": noop("The proof"),
    "consistent": noop("Consistent: everything that these bytes can prove holds."),
    "rejected": noop("Rejected: something does not hold."),
    "counts": noop("{passed} claims hold, {failed} do not, {not_checked} could not be checked."),
    "anchor": noop("Digest of this record; compare it with one that was published elsewhere:"),
    "unusable": noop(
        "This is no record: give the folder that holds manifest.json, the whole record as one ZIP file, or a proof."
    ),
    "too_big": noop("This is larger than a public record can be."),
}


def words_of_checks(translate: Translate) -> dict[str, dict[str, str]]:
    """All words of the page in one language, for its script."""
    return {
        name: {key: translate(text) for key, text in table.items()}
        for name, table in (("claims", CLAIMS), ("reasons", REASONS), ("page", PAGE))
    }
