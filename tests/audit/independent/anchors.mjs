// Section 9.1 of docs/draw-specification.md: what somebody noted down elsewhere, and the verdict "anchored".
import { Malformed, parseJson } from "./canonical.mjs";
import { commitmentDigest } from "./commitment.mjs";
import { draws as entriesOfLog } from "./log.mjs";
import { Unreadable, differs } from "./report.mjs";
import { checkAnchorDocument } from "./shapes.mjs";

const ALONE = /^[ \t-\r]*([0-9a-f]{64})[ \t-\r]*$/; // a key with white space around it

/** What several files say together; malformed files, and files that contradict each other, are refused. */
export function readAnchors(contents) {
  const all = { commitments: new Map(), entropy: new Map(), head: undefined, logHead: undefined, key: undefined };
  for (const content of contents) take(all, parseAnchors(content));
  return all;
}

function parseAnchors(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Malformed("not UTF-8");
  }
  const [, key] = ALONE.exec(text) ?? [];
  if (key !== undefined) return { public_key: key };
  const document = parseJson(text);
  checkAnchorDocument(document);
  return document;
}

function agree(what, before, now) {
  if (before !== undefined && before !== now) throw new Malformed(`${what}: ${before}, and ${now}`);
  return now;
}

function take(all, { commitments = {}, entropy = {}, draw_log_head: head, log_head: logHead, public_key: key }) {
  for (const [id, { digest, seen_on: day }] of Object.entries(commitments)) {
    const before = all.commitments.get(id);
    agree(`commitment of ${id}`, before?.digest, digest);
    all.commitments.set(id, { digest, day: agree(`day of ${id}`, before?.day, day || before?.day) });
  }
  for (const [id, sources] of Object.entries(entropy)) {
    const values = all.entropy.get(id) ?? new Map();
    for (const { name, value } of sources) values.set(name, agree(`${name} of ${id}`, values.get(name), value));
    all.entropy.set(id, values);
  }
  if (head) all.head = agree("draw_log_head", all.head, head);
  if (logHead) all.logHead = agree("log_head", all.logHead, logHead);
  if (key) all.key = agree("public_key", all.key, key);
}

/** Claims that anchors make of draws, which a record or a proof may hold. */
function checkDraws(group, anchors, draws, year, whole) {
  const ours = ([id]) => id.startsWith(`${year}-`);
  const known = new Map(draws.map((draw) => [draw.id, draw]));
  for (const [id, { digest, day }] of [...anchors.commitments].filter(ours)) {
    if (!known.has(id) && !whole) continue;
    group.check("9.1", `the commitment of ${id} is the one noted`, function* () {
      if (!known.get(id)?.has("commitment.json")) yield "there is none";
      else yield* differs(id, digest, commitmentDigest(known.get(id)));
    });
    if (!known.get(id)?.has("commitment.json")) continue;
    if (day) group.check("9.1", `the commitment of ${id} was seen in time`, () => checkDay(known.get(id), day));
  }
  for (const [id, values] of [...anchors.entropy].filter(ours)) {
    if (!known.has(id) && !whole) continue;
    for (const [name, value] of values) {
      group.check("9.1", `${name} of ${id} said what was noted`, function* () {
        const said = known.get(id)?.has("ceremony.json") ? known.get(id).get("ceremony.json").entropy : [];
        yield* differs(name, value, said.find((source) => source.name === name)?.value);
      });
    }
  }
}

function* checkDay(draw, day) {
  const { committed_on: committed, entropy } = draw.get("commitment.json");
  if (day < committed) yield `seen on ${day}, before ${committed}`;
  for (const { name, spoken_on: spoken } of entropy) if (day >= spoken) yield `seen on ${day}, and ${name} speaks on ${spoken}`;
}

/** Claims of anchors on a firm's proof, of which nothing more than "consistent" can be said. */
export function checkProofAnchors(report, draws, year, anchors) {
  checkDraws(report.group("anchors"), anchors, draws, year, false);
}

/** Claims of anchors on a record. */
export function checkAnchors(report, record, anchors) {
  const group = report.group("anchors");
  const year = record.find("year.json")?.year ?? record.find("manifest.json")?.year;
  checkDraws(group, anchors, record.draws(), year, true);
  if (anchors.head !== undefined) {
    group.check("9.1", "the draw log goes on from the head noted", function* () {
      if (!record.has("draw-log.tsv")) yield "there is no draw log";
      else if (!record.get("draw-log.tsv").some((row) => row.entry_hash === anchors.head)) yield `no entry ${anchors.head}`;
    });
  }
  if (record.kind === "audit" && anchors.logHead !== undefined) {
    group.check("9.1", "the log goes on from the head noted", function* () {
      if (!record.get("log.tsv").some((row) => row.entry_hash === anchors.logHead)) yield `no entry ${anchors.logHead}`;
    });
  }
  if (anchors.key !== undefined) {
    group.check("9.1", "the key is the one noted", () => differs("public_key", anchors.key, record.get("manifest.json").public_key));
  }
  const missing = lackingIn(record, anchors);
  for (const what of missing) group.leave("9.1", what, "no anchor");
  report.anchored = missing.length === 0 && record.draws().some((draw) => draw.has("commitment.json"));
}

/** What lacks its anchor; files that cannot be read anchor nothing. */
function lackingIn(record, anchors) {
  try {
    return [...lacking(record, anchors)];
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return [error.message];
  }
}


function* lacking(record, anchors) {
  for (const draw of record.draws()) {
    if (draw.has("commitment.json") && !anchors.commitments.get(draw.id)?.day) yield `the commitment of ${draw.id}, with the day it was seen on`;
    if (draw.external) continue;
    for (const { name } of draw.find("ceremony.json")?.entropy ?? []) {
      if (!anchors.entropy.get(draw.id)?.has(name)) yield `${name} of ${draw.id}`;
    }
  }
  if (record.signed && anchors.key === undefined) yield "the key";
  if (record.kind === "audit" && anchors.logHead === undefined) yield "the log";
  if (record.has("draw-log.tsv") || record.kind === "audit") yield* lackingEntries(record, anchors);
  else yield "a draw log";
}

/** Entries on draws of the year after the last one that is anchored: of the draw log, or of the log where there is none. */
function* lackingEntries(record, anchors) {
  const { year } = record.get("manifest.json");
  const told = record.kind === "audit" ? entriesOfLog(record) : [];
  const known = entriesUpTo(record, told, anchors.logHead);
  if (!record.has("draw-log.tsv")) {
    for (const { id } of told.slice(known)) if (id.startsWith(`${year}-`)) yield `an entry of the log on ${id}`;
    return;
  }
  const rows = record.get("draw-log.tsv");
  const named = ({ action, draw_id: id }) =>
    action === "commit" && anchors.commitments.has(id) && record.find(`draws/${id}/commitment.json`)?.draw_log_head !== undefined;
  const upTo = rows.findLastIndex((row) => row.entry_hash === anchors.head || named(row));
  for (const row of rows.slice(Math.max(upTo + 1, known))) {
    if (row.draw_id.startsWith(`${year}-`)) yield `entry ${row.number} of the draw log`;
  }
}

/** How many of the entries on draws log.tsv has up to the head noted. */
function entriesUpTo(record, told, head) {
  if (head === undefined || record.kind !== "audit") return 0;
  const log = record.get("log.tsv");
  const before = new Set(log.slice(0, log.findLastIndex((row) => row.entry_hash === head) + 1).map((row) => row.entry_hash));
  return told.filter((row) => before.has(row.entry_hash)).length;
}
