// Section 2.2 of docs/draw-specification.md: the draw log, its chain, and the draws it tells of.
import { commitmentDigest } from "./commitment.mjs";
import { H, sha256 } from "./hashing.mjs";
import { draws as entriesOfLog } from "./log.mjs";
import { differs } from "./report.mjs";

const NAME = "draw-log.tsv";
const ACTIONS = { "draw commit": "commit", "draw targets": "draw", "draw void": "void", "store drawn": "import" };

/** Claims on the draw log, which every record may have. */
export function checkDrawLog(group, record) {
  if (!record.has(NAME)) {
    group.leave("2.2", "the draw log tells of every draw", "the record has none");
    return;
  }
  group.check("2.2", "every entry of the draw log follows from the one before", function* () {
    let previous = "0".repeat(64);
    for (const [i, row] of record.get(NAME).entries()) {
      yield* differs(`number of entry ${i + 1}`, String(i + 1), row.number);
      yield* differs(`entry ${i + 1}, previous_hash`, previous, row.previous_hash);
      yield* differs(`entry ${i + 1}`, H("draw-log", previous, String(i + 1), row.action, row.draw_id, row.digest), row.entry_hash);
      previous = row.entry_hash;
    }
  });
  group.check("2.2", "the draw log tells of the draws in the record", () => checkDraws(record));
  if (record.kind !== "audit") return;
  group.check("2.2", "the draw log is what the log tells of draws", function* () {
    const told = entriesOfLog(record).map(({ action, id, after }) => [ACTIONS[action], id, after].join(" "));
    const found = record.get(NAME).map((row) => [row.action, row.draw_id, row.digest].join(" "));
    yield* differs("entries", told.join("\n"), found.join("\n"));
  });
}

function* checkDraws(record) {
  const { year } = record.get("manifest.json");
  const rows = record.get(NAME).filter((row) => row.draw_id.startsWith(`${year}-`));
  const draws = new Map(record.draws().filter((draw) => draw.round !== undefined).map((draw) => [draw.id, draw]));
  const standing = new Set();
  for (const row of rows) {
    const draw = draws.get(row.draw_id);
    if (draw === undefined) yield `${row.draw_id} is not in the record`;
    else if (row.action === "commit") yield* checkCommit(draw, row, [...standing].sort());
    if (row.action === "void") standing.delete(row.draw_id);
    else if (row.action !== "commit") standing.add(row.draw_id);
  }
  for (const draw of draws.values()) yield* checkStory(draw, rows.filter((row) => row.draw_id === draw.id));
}

function* checkCommit(draw, row, standing) {
  if (draw.external) return;
  const commitment = draw.get("commitment.json");
  yield* differs(`${draw.id}, commitment`, commitmentDigest(draw), row.digest);
  yield* differs(`${draw.id}, draw_log_head`, row.previous_hash, commitment.draw_log_head ?? row.previous_hash);
  yield* differs(`${draw.id}, drawn_before`, standing.join(", "), commitment.drawn_before.join(", "));
}

/** What happened to one draw: commit, then draw, then void; a list drawn elsewhere is imported. */
function* checkStory(draw, rows) {
  const story = rows.map((row) => row.action).join(" ");
  const possible = draw.external ? ["import"] : ["commit", "commit draw", "commit void", "commit draw void"];
  if (!possible.includes(story)) yield `${draw.id}: ${story || "nothing"} in the draw log`;
  const last = rows.filter((row) => row.action !== "commit").at(-1);
  yield* differs(`${draw.id}, ceremony.json`, last?.digest, draw.has("ceremony.json") ? sha256(draw.bytes("ceremony.json")) : undefined);
  const status = draw.has("ceremony.json") ? draw.get("ceremony.json").status : undefined;
  yield* differs(`${draw.id}, status`, last === undefined ? undefined : last.action === "void" ? "voided" : "drawn", status);
}
