// Sections 2, 3.1 and 4 of docs/draw-specification.md: the log, its chain of hashes, and what it says of the draws.
import { Malformed, documentBytes, oneLine, parseJson } from "./canonical.mjs";
import { commitmentDigest } from "./commitment.mjs";
import { sha256 } from "./hashing.mjs";
import { differs } from "./report.mjs";

/** Claims on the log of an audit record. */
export function checkLog(group, record) {
  group.check("2", "every entry of the log follows from the one before", function* () {
    let previous = "0".repeat(64);
    for (const [i, row] of record.get("log.tsv").entries()) {
      yield* differs(`number of entry ${i + 1}`, String(i + 1), row.number);
      yield* differs(`entry ${row.number}, previous_hash`, previous, row.previous_hash);
      const detail = detailOf(row);
      if (detail === undefined) yield `entry ${row.number}: detail is not one-line JSON`;
      else yield* differs(`entry ${row.number}`, entryHash(row, detail), row.entry_hash);
      previous = row.entry_hash;
    }
  });
  group.check("4", "every commitment follows an entry of the log", function* () {
    const hashes = new Set(record.get("log.tsv").map((row) => row.entry_hash));
    for (const draw of record.draws()) {
      const head = draw.find("commitment.json")?.log_head;
      if (head !== undefined && !hashes.has(head)) yield `log.tsv has no entry ${head}, the log_head of ${draw.id}`;
    }
  });
  group.check("2", "the log tells of the draws in the record, in the order that drawn_before says", function* () {
    yield* checkDraws(record);
    yield* checkBefore(record);
  });
}

function detailOf(row) {
  try {
    const detail = parseJson(row.detail);
    return oneLine(detail) === row.detail ? detail : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Hash of an entry: of the document of its other fields, with the detail as the text of its own document. */
function entryHash(row, detail) {
  const { entry_hash: _own, ...rest } = row;
  return sha256(documentBytes({ ...rest, number: Number(row.number), detail: documentBytes(detail).toString("utf8") }));
}

/** Entries that make, draw or void a draw of any year, each with the id. */
export function draws(record) {
  return record
    .get("log.tsv")
    .filter(({ action }) => ["draw commit", "draw targets", "draw void", "store drawn"].includes(action))
    .map((row) => ({ ...row, id: String(detailOf(row)?.draw_id ?? "") }));
}

/** Entries on draws of the year, each with the id. */
function entriesOfDraws(record) {
  const { year } = record.get("year.json");
  return record
    .get("log.tsv")
    .map((row) => ({ ...row, id: detailOf(row)?.draw_id }))
    .filter(({ id }) => typeof id === "string" && id.startsWith(`${year}-`));
}

function* checkDraws(record) {
  const entries = entriesOfDraws(record);
  const draws = new Map(record.draws().map((draw) => [draw.id, draw]));
  for (const id of new Set(entries.map((entry) => entry.id))) if (!draws.has(id)) yield `${id} is not in the record`;
  for (const draw of draws.values()) {
    const ours = entries.filter((entry) => entry.id === draw.id);
    if (!draw.external) yield* checkCommit(draw, ours.filter((entry) => entry.action === "draw commit"));
    if (!draw.has("ceremony.json")) continue;
    const actions = draw.external ? ["store drawn"] : ["draw targets", "draw void"];
    const last = ours.filter((entry) => [...actions, "draw void"].includes(entry.action)).at(-1);
    const begun = ours.some((entry) => entry.action === actions[0]);
    if (draw.drawn !== begun) yield `${draw.id}: ${actions[0]} ${begun ? "is" : "is not"} in the log`;
    yield* differs(`${draw.id}, ceremony.json`, last?.after, sha256(draw.bytes("ceremony.json")));
    yield* differs(`${draw.id}, draw void in the log`, draw.voided, last?.action === "draw void");
  }
}

function* checkCommit(draw, commits) {
  yield* differs(`${draw.id}, entries of its commitment`, 1, commits.length);
  for (const entry of commits) {
    yield* differs(`${draw.id}, commitment`, entry.after, commitmentDigest(draw));
    yield* differs(`${draw.id}, log_head`, entry.previous_hash, draw.get("commitment.json").log_head);
  }
}

function* checkBefore(record) {
  const draws = new Map(record.draws().map((draw) => [draw.id, draw]));
  const standing = new Set();
  for (const { action, id } of entriesOfDraws(record)) {
    if (action === "draw targets" || action === "store drawn") standing.add(id);
    if (action === "draw void") standing.delete(id);
    const commitment = action === "draw commit" ? draws.get(id)?.find("commitment.json") : undefined;
    if (commitment) yield* differs(`${id}, drawn_before`, [...standing].sort().join(", "), commitment.drawn_before.join(", "));
  }
}
