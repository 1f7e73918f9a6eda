// What section 2 says stands in each file: columns of tables and keys of documents, with the types of their values.
import { Malformed } from "./canonical.mjs";
import { ascending, isField } from "./hashing.mjs";

const SEALED = [
  "register.tsv", "scorecard.json", "allocation.tsv", "roster.tsv", "recusals.tsv", "items.tsv", "tasks.tsv", "policy.toml",
];
const PROGRAMME = ["programme-columns.tsv", "programme-entries.tsv", "programme-rows.tsv", "recent.tsv"];

/** Names of the files that a commitment seals: since format 3 the programme may be among them in a targeted round. */
export function sealedNames(commitment) {
  const { format, kind, sealed } = commitment ?? {};
  const may = format === 3 && kind === "targeted" && sealed !== null && typeof sealed === "object";
  return format === 2 || (may && PROGRAMME.some((name) => Object.hasOwn(sealed, name))) ? [...SEALED, ...PROGRAMME] : SEALED;
}

const DAY = /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/;
const CATEGORIES = new Set([
  "no_problem", "not_published", "false_publication", "unreachable", "ordered_to_correct", "refused", "no_activity", "pending",
]);
const EXCEPTION = new Set([
  "borrowed", "direct", "repeated", "unmet", "window", "no_day", "away", "overload",
]);

/** Whether a text is YYYY-MM-DD. */
export function isDay(text) {
  return DAY.test(text);
}

/** Whether it is a day of the calendar besides. */
function isCalendarDay(text) {
  if (!isDay(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(text);
}

/** Types of cells: a name for what is expected, and whether a cell is so. */
const CELL = {
  text: () => true,
  field: (cell) => cell !== "" && isField(cell),
  "field?": isField,
  firm: (cell) => CELL.field(cell) && cell.length <= 18,
  bins: (cell) => /^[0-9a-z]*$/.test(cell),
  flags: (cell) => /^[01]*$/.test(cell),
  ratings: (cell) => /^([a-z0-9_]+:[0-9A-Za-z._-]+(;[a-z0-9_]+:[0-9A-Za-z._-]+)*)?$/.test(cell),
  item_kind: (cell) => ["general", "key"].includes(cell),
  category: (cell) => CATEGORIES.has(cell),
  column: (cell) => ["visits", "rate", "lent"].includes(cell),
  limit: (cell) => /^[a-z_]+$/.test(cell),
  draw_action: (cell) => ["commit", "draw", "void", "import"].includes(cell),
  reason: (cell) => ["illness", "recused", "certificate", "left"].includes(cell),
  expert_reason: (cell) => ["illness", "recused", "qualification", "left", "leave"].includes(cell),
  gone: (cell) => ["deregistered", "moved_out", "revoked"].includes(cell),
  day: isDay,
  "day?": (cell) => cell === "" || isDay(cell),
  flag: (cell) => cell === "0" || cell === "1",
  integer: (cell) => /^(0|-?[1-9][0-9]*)$/.test(cell) && cell.length <= 20 && fits(BigInt(cell)),
  "integer?": (cell) => cell === "" || CELL.integer(cell),
  "long?": (cell) => cell === "" || /^(0|-?[1-9][0-9]{0,19})$/.test(cell),
  long: (cell) => cell !== "" && CELL["long?"](cell),
  count: (cell) => CELL.integer(cell) && !cell.startsWith("-"),
  stratum: (cell) => cell === "open" || (isField(cell) && /^[^/]+(\/[^/]+){3}$/.test(cell)),
  digest: (cell) => /^[0-9a-f]{64}$/.test(cell),
  number8: (cell) => /^[0-9]{8}$/.test(cell),
  number3: (cell) => /^[0-9]{3}$/.test(cell),
};

function fits(big) {
  return (big < 0n ? -big : big) >> 62n === 0n;
}

function columns(text) {
  return text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [name, type = "text"] = entry.split(":");
      return { name, type };
    });
}

/** Tables by file name: columns, each with its type, the greatest number of rows. */
export const TABLES = {
  "items.tsv": {
    columns: columns(
      "item_id:field category name object_description kind:item_kind method department basis ratio_text officers_required:count speciality",
    ),
    most: 10_000,
  },
  "tasks.tsv": {
    columns: columns(`task_id:field name item_ids object_types districts industries libraries full_coverage:flag
      ratio_min_micro:count ratio_max_micro:count starts_on:day ends_on:day initiator partners mode note`),
    most: 1_000,
  },
  "draw-log.tsv": {
    columns: columns("number:count action:draw_action draw_id:field digest:digest previous_hash:digest entry_hash:digest"),
    ordered: false,
  },
  "pool.tsv": { columns: columns("firm_id:firm leaf:digest") },
  "drawn.tsv": { columns: columns("firm_id:firm name registrar package:field? counting:flag") },
  "added.tsv": { columns: columns("firm_id:firm name registrar package:field counting:flag"), most: 999 },
  "withdrawn.tsv": { columns: columns("firm_id:firm reason:gone"), most: 999 },
  "substitutes.tsv": {
    columns: columns("number:number3 firm_out:field firm_in:field? reason:gone gone_on:day decided_on:day"),
    most: 999,
  },
  "results.tsv": { columns: columns("firm_id:firm item_id:field category:category inspected_on:day") },
  "log.tsv": {
    columns: columns("number:count at actor action detail before after previous_hash:digest entry_hash:digest"),
    ordered: false,
  },
  "register.tsv": {
    columns: columns(`firm_id:firm object_type:field? district:field? status:field? industry libraries bins:bins
      direct:flags score:integer? tier:field? rule disposition:field ratings:ratings override:field?`),
  },
  "allocation.tsv": {
    columns: columns("stratum:stratum package:field counting:flag rest:flag num_firms:count visits_micro:count"),
  },
  "programme-columns.tsv": {
    columns: columns("column:number8 kind:column subject cost_nano:long upper_nano:long value_pico:long"),
  },
  "programme-rows.tsv": { columns: columns("row:number8 limit:limit subject lower_nano:long? upper_nano:long? dual_pico:long") },
  "programme-entries.tsv": { columns: columns("row:number8 column:number8 value_nano:long") },
  "recent.tsv": { columns: columns("firm_id:firm inspected_on:day") },
  "quotas.tsv": { columns: columns("stratum:field package:field quota:count") },
  "selected.tsv": { columns: columns("firm_id:firm stratum:field package:field chance_micro:count chance_firms:count") },
  "roster.tsv": {
    columns: columns(`officer_id:field unit department level district certificate_valid_until:day? specialities item_ids
      lead_qualified:flag expert:flag active:flag`),
    most: 20_000,
  },
  "recusals.tsv": { columns: columns("officer_id:field firm_id:field reason valid_until:day?") },
  "teams.tsv": { columns: columns("team_id:field officer_id:field lead:flag borrowed:flag") },
  "visits.tsv": { columns: columns("firm_id:firm team_id visit_on:day? exception") },
  "experts.tsv": { columns: columns("firm_id:firm speciality officer_id:field?") },
  "expert-replacements.tsv": {
    columns: columns(`firm_id:firm number:number3 speciality officer_out:field officer_in:field? reason:expert_reason
      decided_on:day passed_over`),
  },
  "calendar.tsv": { columns: columns("officer_id:field day:day visits:count minutes:count") },
  "towns.tsv": { columns: columns("firm_id:firm town") },
  "moves.tsv": { columns: columns("firm_id:firm number:number3 moved_from:day? moved_to:day moved_on:day reason") },
  "replacements.tsv": {
    columns: columns("number:number3 team_id:field officer_out:field officer_in:field reason:reason decided_on:day passed_over"),
    most: 999,
  },
  "handovers.tsv": {
    columns: columns("number:number3 firm_in:field? replaced:count team_id visit_on:day? exception"),
    most: 999,
  },
};

/** How many first columns tell the rows of a table apart, where it is not one. */
const KEYS = {
  "allocation.tsv": 2, "quotas.tsv": 2, "programme-entries.tsv": 2, "teams.tsv": 2, "calendar.tsv": 2, "moves.tsv": 2, "experts.tsv": 2,
  "expert-replacements.tsv": 2,
  "results.tsv": 3, "recusals.tsv": 3,
};

/** Checks the cells of a table's rows against their types. */
export function checkRows(name, rows) {
  const { columns: types, most } = TABLES[name];
  if (most !== undefined && rows.length > most) throw new Malformed(`more than ${most} rows`);
  for (const [i, row] of rows.entries()) {
    for (const { name: column, type } of types) {
      if (!CELL[type](row[column])) throw new Malformed(`line ${i + 2}, ${column}: expected ${type}, found "${row[column]}"`);
    }
  }
  const keys = KEYS[name] ?? 1;
  const key = (row) => types.slice(0, keys).map((column) => row[column.name]).join("\t");
  if (TABLES[name].ordered !== false && !ascending(rows.map(key))) throw new Malformed(`two rows of the same ${types[0].name}`);
}

const INT = "integer";
const NAT = "number from 0";
const TEXT = "text";
const ONEOF = (...values) => ({ values });
const LIST = (of, most = 5_000) => ({ of, most });
const MAP = (of) => ({ map: of });
const OPTIONAL = (optional) => ({ optional });
const NULLABLE = (of) => ({ nullable: of });
const NUMBERS = { num_enterprises: NAT, drawn_enterprises: NAT };
const DISTRICT = { code: "field", name: TEXT, name_en: TEXT, local: "truth value" };
const PACKAGE_1 = {
  package: "field", specialities: LIST(TEXT), officers_required: NAT, starts_on: "day", ends_on: "day",
};
const OFFICERS_1 = {
  draw_id: "field", drawn_on: "day", seed: "digest", visits_per_team_day: NAT, working_days: LIST("day", 800),
  unknown_years: LIST(INT),
};

function year(format) {
  const base = {
    bureau: "field", bureau_name: TEXT, bureau_name_en: TEXT, year: NAT, base_date: "day", num_enterprises: NAT,
    target: NAT, target_ratio_micro: NAT, drawn_enterprises: NAT,
    rounds: LIST({ number: NAT, kind: ONEOF("open", "targeted"), starts_on: "day", ends_on: "day", counting_visits: NAT }),
    draws: LIST("field"),
  };
  if (format === 1) return { ...base, districts: LIST(DISTRICT) };
  return { ...base, districts: LIST({ ...DISTRICT, ...NUMBERS }), elsewhere: NUMBERS };
}

function commitment(format, content) {
  const source = { name: TEXT, spoken_on: "day", bits: NAT };
  const kinds = ONEOF("digits", "balls", "index", "beacon", "dice", "witness", "operator");
  return {
    bureau: "field", year: NAT, draw_id: "field", kind: format === 2 ? ONEOF("targeted") : ONEOF("open", "targeted"), committed_on: "day",
    window: { starts_on: "day", ends_on: "day" }, counting_visits: NAT, package: "field?",
    pool: { num_firms: NAT, root: "digest" }, secret: "digest", officer_secret: "digest",
    sealed: Object.fromEntries(sealedNames(content).map((name) => [name, "digest"])),
    entropy: LIST(format === 3 ? { ...source, kind: kinds, detail: "field" } : source), day_value: NULLABLE({ name: TEXT, value: TEXT }),
    drawn_before: LIST("field"), software: TEXT, log_head: "digest", draw_log_head: OPTIONAL("digest"),
  };
}

function officers(format) {
  if (format === 1) return { ...OFFICERS_1, packages: LIST(PACKAGE_1) };
  return {
    ...OFFICERS_1, minutes_per_team_day: NAT, journey_minutes: NAT,
    redraws: LIST({ district: TEXT, department: TEXT, counter: NAT }),
    ...(format > 2 ? { places: LIST({ district: TEXT, drawn_on: "day" }) } : {}),
    packages: LIST({ ...PACKAGE_1, minutes: NAT }),
  };
}

/** Documents by file name: the formats there are, and keys with their types. */
export const DOCUMENTS = {
  "manifest.json": {
    formats: [1, 2],
    keys: (format) => ({
      kind: ONEOF("public", "audit"), bureau: "field", year: NAT, files: MAP("digest"), record_digest: "digest",
      ...(format === 2 ? { public_key: "digest" } : {}),
    }),
  },
  "signature.json": { formats: [1], keys: () => ({ signature: "signature" }) },
  "year.json": { formats: [1, 2], keys: year },
  "commitment.json": { formats: [1, 2, 3], keys: commitment },
  "ceremony.json": {
    formats: [1, 2],
    keys: (format) => ({
      draw_id: "field", kind: ONEOF("open", "targeted", "external"), status: ONEOF("drawn", "voided"), void_reason: TEXT,
      drawn_on: "day?", commitment_digest: "digest?", entropy: LIST({ name: TEXT, value: "field" }), seed: "digest?",
      num_drawn: NAT, num_counting: NAT, drawn_digest: "digest?", drawn_root: OPTIONAL("digest"), outcome_root: OPTIONAL("digest"),
      ...(format === 2 ? { revealed: LIST({ name: TEXT, revealed_on: "day" }), skipped: LIST(TEXT) } : {}),
    }),
  },
  "secret.json": { formats: [undefined], keys: () => ({ secret: "hexadecimal", officer_secret: "hexadecimal" }) },
  "scorecard.json": {
    formats: [1, 2],
    keys: (format) => ({
      ...(format === 2 ? { digest: "digest" } : {}),
      official: ONEOF(false), base: INT, tiers: LIST("field"), cuts: LIST(INT),
      indicators: LIST({ name: TEXT, points: LIST(INT) }), direct: LIST({ name: TEXT, tier: "field" }),
      matrices: LIST({ name: "field", grades: LIST("field"), tiers: LIST(LIST("field")) }),
    }),
  },
  "officers.json": { formats: [1, 2, 3, 4], keys: officers },
};

const VALUE = {
  [INT]: (value) => Number.isInteger(value) || typeof value === "bigint",
  [NAT]: (value) => Number.isSafeInteger(value) && value >= 0,
  [TEXT]: (value) => typeof value === "string",
  "field?": (value) => typeof value === "string" && isField(value),
  field: (value) => typeof value === "string" && value !== "" && isField(value),
  day: (value) => typeof value === "string" && isCalendarDay(value),
  "day?": (value) => value === "" || VALUE.day(value),
  digest: (value) => typeof value === "string" && CELL.digest(value),
  "digest?": (value) => value === "" || VALUE.digest(value),
  draw: (value) => typeof value === "string" && /^[0-9]{4}(-[1-9][0-9]{0,3}){2}$/.test(value),
  firm: (value) => typeof value === "string" && CELL.firm(value),
  object: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
  signature: (value) => typeof value === "string" && /^[0-9a-f]{128}$/.test(value),
  hexadecimal: (value) => typeof value === "string" && /^([0-9a-f]{2})+$/.test(value),
  "truth value": (value) => typeof value === "boolean",
};

function checkValue(place, type, value) {
  if (typeof type === "string") {
    if (!VALUE[type](value)) throw new Malformed(`${place}: expected ${type}, found ${String(value)}`);
  } else if (type.values) {
    if (!type.values.includes(value)) throw new Malformed(`${place}: expected ${type.values.join(" or ")}`);
  } else if (type.nullable) {
    if (value !== null) checkValue(place, type.nullable, value);
  } else if (type.of) {
    if (!Array.isArray(value)) throw new Malformed(`${place}: expected a list`);
    if (value.length > type.most) throw new Malformed(`${place}: more than ${type.most} entries`);
    value.forEach((one, i) => checkValue(`${place}[${i}]`, type.of, one));
  } else {
    checkObject(place, type, value);
  }
}

function checkObject(place, type, value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Malformed(`${place}: expected an object`);
  }
  if (type.map) {
    for (const [key, one] of Object.entries(value)) checkValue(`${place}.${key}`, type.map, one);
    return;
  }
  for (const key of Object.keys(type)) if (!type[key].optional && !Object.hasOwn(value, key)) throw new Malformed(`${place}: ${key} is missing`);
  for (const key of Object.keys(value)) if (!Object.hasOwn(type, key)) throw new Malformed(`${place}: unknown key ${key}`);
  for (const [key, one] of Object.entries(type)) if (Object.hasOwn(value, key)) checkValue(`${place}.${key}`, one.optional ?? one, value[key]);
}

/** Checks format, keys and values of a document. */
export function checkDocument(name, content) {
  const { formats, keys } = DOCUMENTS[name];
  if (!formats.includes(content.format)) throw new Malformed(`format: expected ${formats.join(" or ")}, found ${content.format}`);
  const { format, ...rest } = content;
  checkObject(name, keys(format, content), rest);
  if (name === "scorecard.json") checkScorecard(content);
}

function checkScorecard({ tiers, cuts, indicators, direct, matrices }) {
  const wrong = (what) => {
    throw new Malformed(`scorecard.json: ${what}`);
  };
  if (new Set(tiers).size !== tiers.length || tiers.length === 0) wrong("tiers stand once each");
  if (cuts.length !== tiers.length - 1) wrong(`expected ${tiers.length - 1} cuts`);
  if (cuts.some((cut, i) => i > 0 && cuts[i - 1] >= cut)) wrong("cuts ascend");
  if (indicators.some(({ points }) => points.length === 0 || points.length > 36)) wrong("an indicator has 1 to 36 bins");
  if (direct.some(({ tier }) => !tiers.includes(tier))) wrong("a direct rule gives a known tier");
  for (const { name, grades, tiers: table } of matrices) {
    if (table.length !== grades.length) wrong(`matrix ${name} has a row for each grade`);
    if (table.some((row) => row.length !== tiers.length || row.some((tier) => !tiers.includes(tier)))) {
      wrong(`matrix ${name} gives a known tier for each general tier`);
    }
  }
}

const HASH = "digest";
const PLACE = NAT;
const PATH = LIST(HASH, 64);

/** Keys of a proof (9.2); commitment and ceremony are documents of their own. */
const PROOF = (format) => ({
  ...(format === 2 ? { proof_digest: HASH } : {}),
  kind: ONEOF("proof"), bureau: "field", year: NAT, firm_id: "firm",
  draws: LIST({
    draw_id: "draw", commitment: "object", ceremony: "object", outcome: ONEOF("drawn", "not_drawn", "not_in_pool"),
    pool: NULLABLE({ index: PLACE, path: PATH }), opened: NULLABLE({ salt: HASH, stratum_seal: HASH }), ticket: "digest?",
    rows: LIST({ index: PLACE, row: TEXT, path: PATH }, 2),
    chance: NULLABLE({ stratum: "field", stratum_nonce: "digest?", chance_micro: PLACE, chance_firms: PLACE }),
    ...(format === 2 ? { threshold: NULLABLE({ ticket: "digest?", nonce: "digest?", index: PLACE, size: PLACE, path: PATH }) } : {}),
  }, 100),
});

/** Checks format, keys and values of a proof. */
export function checkProof({ format, ...rest }) {
  if (format !== 1 && format !== 2) throw new Malformed(`format: expected 1 or 2, found ${format}`);
  checkObject("proof", PROOF(format), rest);
}

/** Checks format, keys and values of anchors (9.1). */
export function checkAnchorDocument(content) {
  const { format, ...rest } = VALUE.object(content) ? content : {};
  if (format !== 1) throw new Malformed(`format: expected 1, found ${format}`);
  const keys = {
    commitments: OPTIONAL(MAP({ digest: HASH, seen_on: "day?" })), entropy: OPTIONAL(MAP(LIST({ name: TEXT, value: "field" }))),
    draw_log_head: OPTIONAL("digest?"), log_head: OPTIONAL("digest?"), public_key: OPTIONAL("digest?"),
  };
  checkObject("anchors", keys, rest);
  const said = Object.values(rest).some((value) => (VALUE.object(value) ? Object.keys(value).length > 0 : value !== ""));
  if (!said) throw new Malformed("nothing is anchored");
  for (const id of [rest.commitments ?? {}, rest.entropy ?? {}].flatMap(Object.keys)) {
    if (!VALUE.draw(id)) throw new Malformed(`${id} is no id of a draw`);
  }
  for (const sources of Object.values(rest.entropy ?? {})) {
    if (new Set(sources.map(({ name }) => name)).size < sources.length) throw new Malformed("a source stands twice");
  }
}

/** Whether every code of a visit's `exception` is one there is. */
export function knownExceptions(text) {
  return text === "" || text.split(";").every((code) => EXCEPTION.has(code));
}
