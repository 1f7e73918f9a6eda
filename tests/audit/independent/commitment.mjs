// Sections 1.5, 3.1, 4 and 5 of docs/draw-specification.md: commitment, seals, entropy, seed and ceremony of a draw.
import { documentBytes } from "./canonical.mjs";
import { checkSaid, checkSources, ownSeedAlone, speakers } from "./entropy.mjs";
import { H, K, ascending, leafDigest, merkleRoot, sha256 } from "./hashing.mjs";
import { leastBits } from "./policy.mjs";
import { differs } from "./report.mjs";
import { attemptsOf } from "./year.mjs";

/** The digest that the seed is made of. */
export function commitmentDigest(draw) {
  draw.get("commitment.json"); // of bytes that are no document nothing follows
  return H("commitment", sha256(draw.bytes("commitment.json")));
}

/** Claims on the commitment that everybody can check. */
export function checkCommitment(group, record, draw) {
  group.check("4", "the commitment is that of this draw, its round and its window", function* () {
    const commitment = draw.get("commitment.json");
    const round = record.get("year.json").rounds.find((one) => String(one.number) === draw.round);
    const { bureau, year } = record.get("year.json");
    yield* differs("draw_id", draw.id, commitment.draw_id);
    yield* differs("bureau", bureau, commitment.bureau);
    yield* differs("year", year, commitment.year);
    if (round) {
      yield* differs("kind", round.kind, commitment.kind);
      yield* differs("starts_on of the window", round.starts_on, commitment.window.starts_on);
      yield* differs("ends_on of the window", round.ends_on, commitment.window.ends_on);
    }
    if (commitment.window.ends_on < commitment.window.starts_on) yield "the window ends before it starts";
    if ((commitment.kind === "open") !== (commitment.package !== "")) yield "a package stands in an open round alone";
  });
  group.check("4", "the pool has as many firms as committed to", function* () {
    const pool = draw.get("pool.tsv");
    if (pool.length === 0) yield "the pool is empty";
    yield* differs("num_firms", draw.get("commitment.json").pool.num_firms, pool.length);
  });
  group.check("3.3", "the root over the leaves is the one committed to", function* () {
    yield* differs("root", merkleRoot(draw.get("pool.tsv").map((row) => row.leaf)), draw.get("commitment.json").pool.root);
  });
  checkAnnounced(group, draw);
  group.check("5", "a new attempt announces a source that no earlier attempt announced", function* () {
    const earlier = attemptsOf(record.draws(), draw.round).filter((one) => Number(one.attempt) < Number(draw.attempt));
    const key = ({ name, spoken_on: day }) => JSON.stringify([name, day]);
    const known = new Set(earlier.flatMap((one) => one.get("commitment.json").entropy.map(key)));
    const ours = draw.get("commitment.json").entropy;
    if (earlier.length > 0 && ours.every((source) => known.has(key(source)))) yield `${ours[0]?.name} was announced before`;
  });
  group.check("3.1", "drawn_before names the draws that stood when the commitment was made", () => checkBefore(record, draw));
}

/** Claims on the sources announced, which hang on the commitment alone. */
export function checkAnnounced(group, draw) {
  group.check("5", "every source speaks after the commitment", function* () {
    const { committed_on: day, entropy } = draw.get("commitment.json");
    if (entropy.length === 0) yield "no source is announced";
    if (new Set(entropy.map((source) => source.name)).size < entropy.length) yield "two sources have the same name";
    for (const { name, spoken_on: spoken } of entropy) if (spoken <= day) yield `${name} speaks on ${spoken}, not after ${day}`;
  });
  checkSources(group, draw);
}

function* checkBefore(record, draw) {
  const { drawn_before: named, committed_on: day } = draw.get("commitment.json");
  if (!ascending(named)) yield "the draws named do not ascend";
  const others = new Map(record.draws().map((one) => [one.id, one]));
  for (const id of named) {
    const other = others.get(id);
    if (!other?.drawn) yield `${id} was not drawn`;
    else if (other.voided) yield `${id} is voided`;
    else if (other.get("ceremony.json").drawn_on > day) yield `${id} was not drawn before ${day}`;
  }
  if (!draw.drawn || draw.voided) return;
  for (const other of others.values()) {
    if (other.id === draw.id || other.external || !other.drawn || other.voided) continue;
    const comesFirst = other.get("commitment.json").drawn_before.includes(draw.id);
    if (named.includes(other.id) === comesFirst) yield `one of ${draw.id} and ${other.id} comes before the other`;
  }
}

/** Claims on secrets and seals, which an audit record opens. */
export function checkSeals(group, draw) {
  group.check("4", "the secrets opened are those committed to", function* () {
    const { secret, officer_secret: officers } = draw.get("secret.json");
    const commitment = draw.get("commitment.json");
    yield* differs("secret", H("secret", secret), commitment.secret);
    yield* differs("officer_secret", H("officer-secret", officers), commitment.officer_secret);
  });
  group.check("1.5", "every file is the one sealed before", function* () {
    const key = Buffer.from(draw.get("secret.json").secret, "hex");
    for (const [name, seal] of Object.entries(draw.get("commitment.json").sealed)) {
      if (!draw.has(name)) continue;
      yield* differs(name, H("sealed", name, K(key, "nonce", name), sha256(draw.bytes(name))), seal);
    }
  });
  group.check("5", "the sources have at least the policy's least number of bits", function* () {
    const bits = draw.get("commitment.json").entropy.reduce((sum, source) => sum + source.bits, 0);
    const least = leastBits(draw.get("policy.toml"));
    if (ownSeedAlone(draw.get("commitment.json").entropy)) return;
    if (!Number.isInteger(least) || bits < least) yield `expected ${least}, found ${bits}`;
  });
}

/** The seed that commitment and entropy give. */
export function seedOf(draw) {
  const { entropy } = draw.get("ceremony.json");
  return H("seed", commitmentDigest(draw), sha256(documentBytes({ entropy })));
}

/** That the ceremony is the one of this commitment. */
export function checkOpening(group, draw) {
  group.check("5", "the ceremony opens this commitment", function* () {
    const commitment = draw.get("commitment.json");
    const ceremony = draw.get("ceremony.json");
    yield* differs("draw_id", draw.id, ceremony.draw_id);
    yield* differs("kind", commitment.kind, ceremony.kind);
    yield* differs("commitment_digest", commitmentDigest(draw), ceremony.commitment_digest);
    yield* differs("format", commitment.format === 3 ? 2 : 1, ceremony.format);
    if ((ceremony.status === "voided") !== (ceremony.void_reason !== "")) yield "a reason stands where a draw is voided, and only there";
  });
}

/** Claims on what the sources said, and the seed. */
export function checkSpoken(group, draw) {
  group.check("5", "every source spoke, not after the draw", function* () {
    const { drawn_on: drawnOn } = draw.get("ceremony.json");
    for (const { name, spoken_on: day } of draw.get("commitment.json").entropy) {
      if (day > drawnOn) yield `${name} speaks on ${day}, after ${drawnOn}`;
    }
  });
  group.check("5", "every source announced gave a value, in its order", function* () {
    const announced = speakers(draw.get("commitment.json"), draw.get("ceremony.json"));
    yield* differs("sources", announced.join(", "), draw.get("ceremony.json").entropy.map((source) => source.name).join(", "));
  });
  checkSaid(group, draw);
  group.check("5", "the seed follows from commitment and entropy", () => differs("seed", seedOf(draw), draw.get("ceremony.json").seed));
}

/** Claims on the ceremony of a draw voided before it was drawn. */
export function checkUndrawn(group, draw) {
  group.check("5", "a draw voided before it was drawn has no entropy, seed or list", function* () {
    const { status, entropy, seed, num_drawn: drawn, num_counting: counting, drawn_digest: digest, ...rest } = draw.get("ceremony.json");
    yield* differs("status", "voided", status);
    if (entropy.length > 0 || seed !== "" || digest !== "") yield "entropy, seed or digest of a list that there is not";
    yield* differs("num_drawn", 0, drawn);
    yield* differs("num_counting", 0, counting);
    for (const root of ["drawn_root", "outcome_root"]) if (rest[root] !== undefined) yield `${root} of a list that there is not`;
    if (rest.revealed?.length > 0 || rest.skipped?.length > 0) yield "witnesses of a draw that was not drawn";
  });
}

/** Claims on the ceremony. */
export function checkCeremony(group, draw) {
  const ceremony = draw.find("ceremony.json");
  checkOpening(group, draw);
  if (!ceremony || !draw.drawn) {
    checkUndrawn(group, draw);
    return;
  }
  checkSpoken(group, draw);
  checkList(group, draw, ceremony);
}

/** Root over the rows of a table, without its header. */
function rootOfRows(bytes) {
  const [, ...rows] = bytes.toString("utf8").split("\n").slice(0, -1);
  return merkleRoot(rows.map((row) => leafDigest(Buffer.from(row, "utf8"))));
}

function checkList(group, draw, ceremony) {
  group.check("5", "the ceremony carries number and digest of the list drawn", function* () {
    const drawn = draw.get("drawn.tsv");
    yield* differs("drawn_digest", sha256(draw.bytes("drawn.tsv")), ceremony.drawn_digest);
    if (ceremony.drawn_root !== undefined) yield* differs("drawn_root", rootOfRows(draw.bytes("drawn.tsv")), ceremony.drawn_root);
    yield* differs("num_drawn", drawn.length, ceremony.num_drawn);
    yield* differs("num_counting", drawn.filter((row) => row.counting === "1").length, ceremony.num_counting);
  });
  if (draw.external) return;
  group.check("4", "as many visits count towards T as committed to", function* () {
    const counting = draw.get("drawn.tsv").filter((row) => row.counting === "1").length;
    yield* differs("counting_visits", draw.get("commitment.json").counting_visits, counting);
  });
}

/** Claims on a list drawn elsewhere, which nothing was committed to. */
export function checkExternal(group, draw) {
  const ceremony = draw.find("ceremony.json");
  group.check("2", "the list is marked as drawn elsewhere", function* () {
    const { format, draw_id: id, kind, commitment_digest: digest, entropy, seed } = draw.get("ceremony.json");
    yield* differs("format", 1, format);
    yield* differs("draw_id", draw.id, id);
    yield* differs("kind", "external", kind);
    if (digest !== "" || entropy.length > 0 || seed !== "") yield "commitment_digest, entropy or seed is not empty";
    if (ceremony.outcome_root !== undefined) yield "thresholds of a list without tickets";
  });
  if (ceremony) checkList(group, draw, ceremony);
  group.leave("7", "the firms were drawn by lot", "not verifiable here");
}
