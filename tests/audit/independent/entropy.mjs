// Sections 5.1 and 5.2 of docs/draw-specification.md: kinds of sources, what they count, what they can have said.
import { ascending, isField, sha256 } from "./hashing.mjs";
import { differs } from "./report.mjs";

const OPEN = new Set(["digits", "balls", "index", "beacon"]);
const HEX64 = /^[0-9a-f]{64}$/;

/** The greatest b with 2^b not above a number. */
function wholeBits(outcomes) {
  let bits = 0;
  while (2n ** BigInt(bits + 1) <= outcomes) bits += 1;
  return bits;
}

function number(text, least, most) {
  return /^[1-9][0-9]*$/.test(text) && text.length < 4 && Number(text) >= least && Number(text) <= most ? Number(text) : undefined;
}

/** Pairs [k, m] of a lottery of numbers; undefined if the detail says none. */
function parts(detail) {
  const pairs = detail.split("+").map((part) => part.split("/").map((text) => number(text, 1, 99)));
  const good = pairs.length <= 4 && pairs.every(([k, m], _i) => k !== undefined && m !== undefined && k <= m);
  return good && pairs.every((pair) => pair.length === 2) ? pairs : undefined;
}

function combinations(m, k) {
  let product = 1n;
  for (let i = 0; i < k; i += 1) product = (product * BigInt(m - i)) / BigInt(i + 1);
  return product;
}

function bitsOf({ kind, detail }) {
  const count = { digits: number(detail, 1, 99), dice: number(detail, 1, 999), index: number(detail, 1, 4) }[kind];
  switch (kind) {
    case "digits":
      return count && wholeBits(10n ** BigInt(count));
    case "dice":
      return count && 2 * count;
    case "index":
      return count && 3 * count;
    case "balls":
      return parts(detail) && wholeBits(parts(detail).reduce((product, [k, m]) => product * combinations(m, k), 1n));
    case "beacon":
      return /^[0-9]{1,18}$/.test(detail) ? 128 : undefined;
    default:
      return HEX64.test(detail) ? 0 : undefined;
  }
}

function fits({ kind, detail }, value) {
  const opened = () => sha256(Buffer.from(value, "utf8")) === detail;
  switch (kind) {
    case "digits":
      return value.length === Number(detail) && /^[0-9]+$/.test(value);
    case "dice":
      return value.length === Number(detail) && /^[1-6]+$/.test(value);
    case "index": {
      const [whole, decimals, ...rest] = value.split(".");
      return rest.length === 0 && /^(0|[1-9][0-9]{0,8})$/.test(whole) && /^[0-9]+$/.test(decimals ?? "") && decimals.length === Number(detail);
    }
    case "balls": {
      const cells = value.split("+");
      return cells.length === parts(detail).length && parts(detail).every(([k, m], i) => fitsPart(cells[i].split("."), k, m));
    }
    case "beacon":
      return HEX64.test(value) || /^[0-9a-f]{128}$/.test(value);
    case "witness":
      return value.length >= 20 && value.length <= 200 && isField(value) && opened();
    default:
      return HEX64.test(value) && opened();
  }
}

function fitsPart(texts, k, m) {
  const inRange = texts.every((text) => /^[0-9]{2}$/.test(text) && Number(text) >= 1 && Number(text) <= m);
  return texts.length === k && inRange && ascending(texts);
}

/** Claims on the sources that a commitment of format 3 announces. */
export function checkSources(group, draw) {
  if (draw.find("commitment.json")?.format !== 3) return;
  const { entropy } = draw.get("commitment.json");
  group.check("5.1", "every source is of a kind and counts what its kind counts", function* () {
    for (const source of entropy) yield* differs(source.name, bitsOf(source) ?? "another detail", source.bits);
  });
  if (ownSeedAlone(entropy)) {
    group.leave("5.1", "nobody could know the seed", "the bureau's own seed is the only source");
    return;
  }
  group.check("5.1", "a public source has the last word", function* () {
    const held = entropy.filter(({ kind }) => kind === "witness" || kind === "operator");
    const last = entropy.filter(({ kind }) => OPEN.has(kind)).map((source) => source.spoken_on).sort().at(-1) ?? "";
    for (const { name, spoken_on: day } of held) if (day >= last) yield `${name} may speak on ${day}, the last public source on ${last}`;
    if (new Set(held.map((source) => source.detail)).size < held.length) yield "two have the same detail";
  });
}

/** Whether the bureau's own seed is all there is. */
export function ownSeedAlone(entropy) {
  return entropy.length === 1 && entropy[0].kind === "operator";
}

/** Names of the sources that gave a value: all but the witnesses skipped. */
export function speakers(commitment, ceremony) {
  const silent = new Set(ceremony.skipped ?? []);
  return commitment.entropy.filter(({ name, kind }) => !(kind === "witness" && silent.has(name))).map((source) => source.name);
}

/** Claims on values, and on witnesses who revealed or did not. */
export function checkSaid(group, draw) {
  const commitment = draw.find("commitment.json");
  const ceremony = draw.find("ceremony.json");
  if (commitment?.format !== 3 || ceremony === undefined) return; // what is malformed has a claim of its own
  const values = new Map(ceremony.entropy.map(({ name, value }) => [name, value]));
  group.check("5.2", "every value is one that its source can have said", function* () {
    for (const source of commitment.entropy) {
      const value = values.get(source.name);
      if (value !== undefined && (bitsOf(source) === undefined || !fits(source, value))) yield `${source.name}: ${value}`;
    }
  });
  group.check("5.2", "witnesses revealed in time or were skipped", function* () {
    const witnesses = commitment.entropy.filter((source) => source.kind === "witness");
    const names = (said) => JSON.stringify(witnesses.map(({ name }) => name).filter((name) => values.has(name) === said));
    yield* differs("revealed", names(true), JSON.stringify((ceremony.revealed ?? []).map(({ name }) => name)));
    yield* differs("skipped", names(false), JSON.stringify(ceremony.skipped ?? []));
    for (const { name, revealed_on: day } of ceremony.revealed ?? []) {
      const last = commitment.entropy.find((source) => source.name === name)?.spoken_on ?? "";
      if (day < commitment.committed_on || day > last) yield `${name} revealed on ${day}`;
    }
  });
}
