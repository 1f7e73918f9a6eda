// Section 6.6 of docs/draw-specification.md: the linear programme sealed, its answer, and how near the best it is.
import { differs } from "./report.mjs";

const PICO_IN_MICRO = 1_000_000n;
const BILLION = 1_000_000_000n;
const TRILLION = 1_000_000_000_000n;

function size(number) {
  return number < 0n ? -number : number;
}

function bound(text) {
  return text === "" ? undefined : BigInt(text);
}

/** Columns and rows by their numbers, and the entries of each row. */
function load(draw) {
  const columns = draw.get("programme-columns.tsv").map((row) => ({
    ...row,
    cost: BigInt(row.cost_nano),
    most: BigInt(row.upper_nano),
    x: BigInt(row.value_pico),
    reduced: 0n,
    unit: PICO_IN_MICRO,
  }));
  const rows = draw.get("programme-rows.tsv").map((row) => ({
    ...row,
    lower: bound(row.lower_nano),
    upper: bound(row.upper_nano),
    y: BigInt(row.dual_pico),
    entries: [],
  }));
  const at = (list, key, number) => {
    const found = list[Number(number)];
    if (found?.[key] !== number) throw new Error(`no ${key} ${number}`);
    return found;
  };
  for (const entry of draw.get("programme-entries.tsv")) {
    const column = at(columns, "column", entry.column);
    at(rows, "row", entry.row).entries.push({ column, value: BigInt(entry.value_nano) });
  }
  return { columns, rows };
}

/** Claims on the programme of a draw that seals one. */
export function checkProgramme(group, draw) {
  if (!draw.sealsProgramme) return;
  group.check("6.6", "columns and rows are numbered, and entries name them", function* () {
    const { columns, rows } = load(draw);
    for (const [i, { column }] of columns.entries()) yield* differs("column", String(i).padStart(8, "0"), column);
    for (const [i, { row }] of rows.entries()) yield* differs("row", String(i).padStart(8, "0"), row);
  });
  group.check("6.6", "the visits planned are the cells, and the target is the one committed to", () => checkCells(draw));
  group.check("6.6", "the answer keeps the limits of the programme", () => checkLimits(load(draw)));
  group.check("6.6", "no answer costs much less", () => checkGap(load(draw)));
}

function* checkCells(draw) {
  const { columns, rows } = load(draw);
  const found = new Map();
  for (const { kind, subject, x } of columns) {
    const [round, stratum, text] = subject.split("|");
    if (kind === "visits" && round === draw.round && x !== 0n) found.set(`${stratum}:${text}`, x);
  }
  const cells = draw.get("allocation.tsv").filter((row) => row.visits_micro !== "0");
  for (const { stratum, package: text, visits_micro: visits } of cells) {
    const key = `${stratum}:${text}`;
    yield* differs(key, BigInt(visits) * PICO_IN_MICRO, found.get(key));
    found.delete(key);
  }
  for (const key of found.keys()) yield `${key} is planned, and no cell`;
  const target = BigInt(draw.get("commitment.json").counting_visits) * BILLION;
  const row = rows.find((one) => one.limit === "target" && one.subject === draw.round);
  yield* differs("lower bound of the target", target, row?.lower);
  yield* differs("upper bound of the target", target, row?.upper);
}

function* checkLimits({ columns, rows }) {
  for (const { column, x, most } of columns) {
    if (x < 0n || x > most * 1000n) yield `column ${column}: ${x} is beyond its bounds`;
  }
  for (const row of rows.filter((one) => one.limit === "rate")) setUnits(row);
  for (const { row, lower, upper, entries } of rows) {
    const sum = entries.reduce((total, { column, value }) => total + value * column.x, 0n);
    const rounded = entries.filter(({ column }) => column.kind === "rate").reduce((total, { value }) => total + size(value), 0n);
    const slack = rounded + entries.reduce((total, { column, value }) => total + size(value) * column.unit, 0n);
    if (lower !== undefined && sum + slack < lower * TRILLION) yield `row ${row} falls short of its lower bound`;
    if (upper !== undefined && sum - slack > upper * TRILLION) yield `row ${row} exceeds its upper bound`;
  }
}

/** What a rate may err by, from the row that says which visits it is the rate of. */
function setUnits({ entries }) {
  const visits = entries.filter(({ column }) => column.kind === "visits").reduce((total, { value }) => total + size(value), 0n);
  for (const { column, value } of entries) {
    if (column.kind !== "rate") continue;
    const numerator = PICO_IN_MICRO * visits;
    column.unit = (numerator + size(value) - 1n) / size(value);
  }
}

function* checkGap({ columns, rows }) {
  let least = 0n; // of the bound B, in 10^-30
  for (const { row, y, lower, upper, entries } of rows) {
    const side = y > 0n ? lower : upper;
    if (y !== 0n && side === undefined) yield `row ${row}: a dual value on a side without a bound`;
    else if (y !== 0n) least += y * side * BILLION;
    for (const { column, value } of entries) column.reduced += value * y;
  }
  let cost = 0n;
  let greatest = 0n;
  for (const column of columns) {
    const reduced = column.cost * TRILLION - column.reduced;
    if (reduced < 0n) least += column.most * reduced;
    cost += column.cost * column.x * BILLION;
    if (size(column.cost) > greatest) greatest = size(column.cost);
  }
  const room = size(cost) + 20n * BigInt(columns.length) * greatest * TRILLION * BILLION;
  if ((cost - least) * 1_000_000n > room) yield `an answer may cost ${cost - least} · 10^-30 less`;
}
