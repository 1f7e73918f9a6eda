// Section 2 of docs/draw-specification.md: the year's numbers, lists and results; section 5: the attempts of its rounds.
import { ascending } from "./hashing.mjs";
import { microOfRatio } from "./policy.mjs";
import { differs, setsDiffer } from "./report.mjs";

/** Parts of a list inside a cell. */
export function listed(cell, separator = ";") {
  return cell === "" ? [] : cell.split(separator);
}

/** Whether a package serves a task with a general item, by the lists that bind the draw. */
export function isGeneral(lists, packageIds) {
  const general = new Set(lists.items.filter((item) => item.kind === "general").map((item) => item.item_id));
  const tasks = new Map(lists.tasks.map((task) => [task.task_id, task]));
  return packageIds.some((id) => listed(tasks.get(id)?.item_ids ?? "").some((item) => general.has(item)));
}

/** The lists that bind a draw. */
export function listsOf(draw) {
  return { items: draw.list("items.tsv"), tasks: draw.list("tasks.tsv") };
}

/** Claims on the year as a whole. */
export function checkYear(group, record) {
  const draws = record.draws();
  group.check("2", "manifest.json and year.json speak of the same bureau and year", function* () {
    const { bureau, year } = record.get("year.json");
    yield* differs("bureau in manifest.json", bureau, record.get("manifest.json").bureau);
    yield* differs("year in manifest.json", year, record.get("manifest.json").year);
  });
  group.check("2", "year.json lists the draws in the record", function* () {
    const { draws: ids } = record.get("year.json");
    if (!ascending(ids)) yield "draws do not ascend";
    yield* setsDiffer("draws", new Set(ids), new Set(record.drawIds()));
  });
  group.check("2", "T = (r·N + 999999) div 10^6", function* () {
    const year = record.get("year.json");
    const target = (BigInt(year.target_ratio_micro) * BigInt(year.num_enterprises) + 999_999n) / 1_000_000n;
    yield* differs("target", Number(target), year.target);
  });
  group.check("2", "drawn_enterprises is the number of distinct enterprises that count", function* () {
    yield* differs("drawn_enterprises", countingFirms(draws).size, record.get("year.json").drawn_enterprises);
  });
  group.check("2", "what is drawn does not exceed T, and hits it once all rounds are drawn", function* () {
    const { target, rounds } = record.get("year.json");
    const found = countingFirms(draws).size;
    const standing = draws.filter((draw) => draw.drawn && !draw.voided);
    const complete = rounds.length > 0 && rounds.every(({ number }) => standing.some((draw) => draw.round === String(number)));
    const elsewhere = standing.some((draw) => draw.external);
    if (complete && found < target) yield `all rounds are drawn, with ${found} of ${target}`;
    if (!elsewhere && found > target) yield `${found} are drawn, and T is ${target}`;
  });
  group.check("2", "rounds are numbered 1, 2, …", function* () {
    const { rounds } = record.get("year.json");
    for (const [i, round] of rounds.entries()) yield* differs("number of a round", i + 1, round.number);
  });
  group.check("2", "a round's counting visits are those of its newest draw that stands", function* () {
    for (const round of record.get("year.json").rounds) {
      const newest = attemptsOf(draws, round.number).filter((draw) => !draw.voided).at(-1);
      const commitment = newest?.find("commitment.json");
      if (commitment) yield* differs(`round ${round.number}`, commitment.counting_visits, round.counting_visits);
    }
  });
  group.check("2", "tasks have items of the list, and end after they start", function* () {
    yield* checkLists(record.get("items.tsv"), record.get("tasks.tsv"));
  });
  group.check("5", "attempts are numbered without gaps, and all but the last are voided", () => checkAttempts(record, draws));
  checkDistricts(group, record, draws);
}

/** Enterprises that a draw which stands counted, with the draw. */
function countingFirms(draws) {
  const firms = new Map();
  for (const draw of draws) {
    if (draw.voided || !draw.has("drawn.tsv")) continue;
    for (const row of draw.current()) if (row.counting === "1") firms.set(row.firm_id, draw);
  }
  return firms;
}

/** Attempts of a round by their number. */
export function attemptsOf(draws, number) {
  return draws.filter((draw) => draw.round === String(number)).sort((a, b) => Number(a.attempt) - Number(b.attempt));
}

function* checkLists(items, tasks) {
  const known = new Set(items.map((item) => item.item_id));
  for (const task of tasks) {
    for (const id of listed(task.item_ids)) if (!known.has(id)) yield `${task.task_id}: no item ${id}`;
    if (task.item_ids === "") yield `${task.task_id} has no item`;
    if (task.ends_on < task.starts_on) yield `${task.task_id} ends before it starts`;
  }
}

function* checkAttempts(record, draws) {
  const year = record.get("year.json");
  const known = new Set(year.rounds.map((round) => String(round.number)));
  for (const draw of draws.filter((one) => one.round !== undefined)) {
    if (draw.voided && draw.has("results.tsv")) yield `${draw.id} has results, although it is voided`;
    const ours = draw.id.startsWith(`${year.year}-`);
    if (!ours || !(draw.external ? draw.attempt === "1" : known.has(draw.round))) yield `${draw.id} is no draw of the year`;
  }
  for (const round of known) {
    const attempts = attemptsOf(draws, round);
    for (const [i, draw] of attempts.entries()) {
      yield* differs(`attempt of round ${round}`, String(i + 1), draw.attempt);
      if (i + 1 < attempts.length && !draw.voided) yield `${draw.id} is not voided`;
      if (i > 0) yield* checkOrder(attempts[i - 1], draw);
    }
  }
}

function* checkOrder(before, after) {
  const least = before.find("ceremony.json")?.drawn_on || before.get("commitment.json").committed_on;
  const found = after.get("commitment.json").committed_on;
  if (found < least) yield `${after.id}: expected committed to on ${least} or later, found ${found}`;
}

function checkDistricts(group, record, draws) {
  const year = record.find("year.json");
  if (year?.format !== 2) return;
  for (const name of ["num_enterprises", "drawn_enterprises"]) {
    group.check("2", `${name} of the districts sum to that of the year`, function* () {
      const parts = [...year.districts, year.elsewhere].map((part) => part[name]);
      yield* differs(name, parts.reduce((sum, part) => sum + part, 0), year[name]);
    });
  }
  if (record.kind !== "audit") return;
  group.check("2", "enterprises drawn by district are those of the registers", function* () {
    const codes = year.districts.map((district) => district.code);
    const found = new Map([...codes, ""].map((code) => [code, 0]));
    for (const [firm, draw] of countingFirms(draws)) {
      const district = draw.external ? "" : districtsOf(draw).get(firm);
      const code = found.has(district) ? district : "";
      found.set(code, found.get(code) + 1);
    }
    for (const district of year.districts) {
      yield* differs(`drawn_enterprises of ${district.code}`, found.get(district.code), district.drawn_enterprises);
    }
    yield* differs("drawn_enterprises elsewhere", found.get(""), year.elsewhere.drawn_enterprises);
  });
}

const districts = new WeakMap();

/** District of every firm in a draw's register. */
export function districtsOf(draw) {
  const rows = draw.get("register.tsv");
  if (!districts.has(rows)) districts.set(rows, new Map(rows.map((row) => [row.firm_id, row.district])));
  return districts.get(rows);
}

/** Claims on the policy that a draw froze. */
export function checkPolicy(group, record, draw) {
  group.check("2", "the year's numbers are those of the policy sealed", function* () {
    const year = record.get("year.json");
    const policy = draw.get("policy.toml");
    yield* differs("bureau.code", year.bureau, policy.bureau?.code);
    yield* differs("year.year", year.year, policy.year?.year);
    yield* differs("year.base_date", year.base_date, policy.year?.base_date?.text);
    yield* differs("target.ratio", year.target_ratio_micro, microOfRatio(policy));
  });
}

/** Claims on the results of a draw. */
export function checkResults(group, draw) {
  if (!draw.has("results.tsv")) return;
  group.check("2", "every result is of a firm drawn, an item of its package, and a day after the draw", function* () {
    const packages = new Map(draw.current().map((row) => [row.firm_id, row.package]));
    const tasks = new Map(draw.list("tasks.tsv").map((task) => [task.task_id, task]));
    const { drawn_on: drawnOn } = draw.get("ceremony.json");
    for (const row of draw.get("results.tsv")) {
      const items = listed(packages.get(row.firm_id) ?? "", "+").flatMap((id) => listed(tasks.get(id)?.item_ids ?? ""));
      if (!packages.has(row.firm_id)) yield `${row.firm_id} was not drawn`;
      else if (!items.includes(row.item_id)) yield `${row.item_id} is not in the package of ${row.firm_id}`;
      if (row.inspected_on < drawnOn) yield `${row.firm_id}: ${row.inspected_on} is before ${drawnOn}`;
    }
  });
}
