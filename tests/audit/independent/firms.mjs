// Sections 6.1-6.5 and 7 of docs/draw-specification.md: cells, quotas, tickets and the firms drawn.
import { seedOf } from "./commitment.mjs";
import { H, byBytes, digestModulo } from "./hashing.mjs";
import { meets, saltOf } from "./pool.mjs";
import { laterTargeted, targetTypes } from "./policy.mjs";
import { differs, setsDiffer } from "./report.mjs";
import { isGeneral, listed, listsOf } from "./year.mjs";

const MICRO = 1_000_000n;

/** Claim on an open round's list, which everybody recomputes. */
export function checkOpenDraw(group, draw) {
  group.check("7", "the firms drawn have the least tickets", function* () {
    const seed = seedOf(draw);
    const tickets = draw.get("pool.tsv").map(({ firm_id: firm }) => ({ firm, ticket: H("ticket", seed, firm) }));
    const expected = inOrder(tickets).slice(0, draw.get("commitment.json").counting_visits).map(({ firm }) => firm);
    const { package: own } = draw.get("commitment.json");
    yield* setsDiffer("drawn", new Set(expected), new Set(draw.get("drawn.tsv").map((row) => row.firm_id)));
    for (const row of draw.get("drawn.tsv")) if (expected.includes(row.firm_id)) yield* differs(row.firm_id, own, row.package);
  });
}

function inOrder(tickets) {
  return tickets.sort((a, b) => byBytes(a.ticket, b.ticket) || byBytes(a.firm, b.firm));
}

/** Cells of the allocation, with visits as BigInt; the one of an open round follows from its commitment. */
function cellsOf(draw) {
  const rows = draw.open ? [openCell(draw)] : draw.get("allocation.tsv");
  return rows.map((row) => ({
    ...row,
    visits: BigInt(row.visits_micro),
    key: `${row.stratum}:${row.package}`,
    tasks: listed(row.package, "+"),
  }));
}

function openCell(draw) {
  const { package: own, counting_visits: visits } = draw.get("commitment.json");
  const firms = draw.get("pool.tsv").length;
  return {
    stratum: "open", package: own, counting: "1", rest: "0", num_firms: String(firms), visits_micro: String(BigInt(visits) * MICRO),
  };
}

function byStratum(cells) {
  const strata = new Map();
  for (const cell of cells) (strata.get(cell.stratum) ?? strata.set(cell.stratum, []).get(cell.stratum)).push(cell);
  return strata;
}

function sum(cells) {
  return cells.reduce((total, cell) => total + cell.visits, 0n);
}

/** Claims on the allocation. */
export function checkAllocation(group, draw) {
  if (draw.open) {
    group.check("6.5", "an open round has one cell with its package and its visits", function* () {
      const found = draw.get("allocation.tsv").map((row) => Object.values(row).join(" "));
      yield* differs("cells", Object.values(openCell(draw)).join(" "), found.join("; "));
    });
    return;
  }
  group.check("6.1", "cells have packages of their strata", function* () {
    for (const { stratum, package: text, tasks } of cellsOf(draw)) {
      const known = listed(stratum.split("/").at(-1), "+");
      if (tasks.length === 0 || tasks.join("+") !== [...new Set(tasks)].sort(byBytes).join("+")) yield `${stratum}: ${text}`;
      else if (tasks.some((task) => !known.includes(task))) yield `${stratum} has not all tasks of ${text}`;
    }
  });
  group.check("6.1", "cells count only where they may", function* () {
    const types = targetTypes(draw.get("policy.toml"));
    const lists = listsOf(draw);
    for (const cell of cellsOf(draw)) {
      const may = types.has(cell.stratum.split("/")[1]) && isGeneral(lists, cell.tasks);
      if (cell.counting === "1" && !may) yield `${cell.key}: expected counting 0`;
    }
  });
  group.check("6.4", "strata are those of the pool, with their numbers of firms", () => checkStrata(draw));
  group.check("6.4", "no stratum can run out of firms", function* () {
    for (const [stratum, cells] of byStratum(cellsOf(draw))) yield* checkRoom(stratum, cells);
  });
  group.check("6.4", "counting cells sum to the visits committed to", function* () {
    const counting = cellsOf(draw).filter((cell) => cell.counting === "1");
    yield* differs("visits_micro", BigInt(draw.get("commitment.json").counting_visits) * MICRO, sum(counting));
  });
  group.check("6.4", "full coverage whose last round this is reaches every firm that owes it", () => checkCoverage(draw));
}

function* checkStrata(draw) {
  const sizes = new Map();
  for (const { disposition } of draw.get("register.tsv")) {
    if (!disposition.startsWith("out:")) sizes.set(disposition, (sizes.get(disposition) ?? 0) + 1);
  }
  const strata = byStratum(cellsOf(draw));
  yield* setsDiffer("strata", new Set(sizes.keys()), new Set(strata.keys()));
  for (const [stratum, cells] of strata) {
    for (const cell of cells) yield* differs(`num_firms of ${cell.key}`, String(sizes.get(stratum)), cell.num_firms);
  }
}

function ceiling(visits) {
  return (visits + MICRO - 1n) / MICRO;
}

function* checkRoom(stratum, cells) {
  const rests = cells.filter((cell) => cell.rest === "1");
  if (cells.some((cell) => cell.visits < 0n)) yield `${stratum} has fewer visits than none`;
  if (rests.length > 1) yield `${stratum} has more than one rest`;
  const others = cells.filter((cell) => cell.rest === "0");
  const most = ["1", "0"].reduce((total, flag) => total + ceiling(sum(others.filter((c) => c.counting === flag))), 0n);
  if (most > BigInt(cells[0].num_firms)) yield `${stratum}: up to ${most} visits for ${cells[0].num_firms} firms`;
  if (rests.length === 0) return;
  if (sum(cells) % MICRO !== 0n) yield `${stratum} has a rest, and ${sum(cells)} is no whole number of visits`;
  if (sum(cells) / MICRO > BigInt(cells[0].num_firms)) yield `${stratum}: more visits than firms`;
  if (most > sum(cells) / MICRO) yield `${stratum}: the rest may be negative`;
}

function* checkCoverage(draw) {
  const { window } = draw.get("commitment.json");
  const later = laterTargeted(draw.get("policy.toml"), Number(draw.round));
  const last = draw.list("tasks.tsv").filter((task) => task.full_coverage === "1" && meets(task, [window]) && !meets(task, later));
  for (const [stratum, cells] of byStratum(cellsOf(draw))) {
    const held = listed(stratum.split("/").at(-1), "+");
    for (const { task_id: task } of last.filter((one) => held.includes(one.task_id))) {
      const served = sum(cells.filter((cell) => cell.tasks.includes(task)));
      yield* differs(`${task} in ${stratum}`, BigInt(cells[0].num_firms) * MICRO, served);
    }
  }
}

/** Quotas by cell key, by systematic sampling. */
export function quotasOf(cells, seed) {
  const quotas = new Map();
  for (const [line, flag] of [["counting", "1"], ["other", "0"]]) {
    const ours = cells.filter((cell) => cell.counting === flag && cell.rest === "0");
    const offset = BigInt(digestModulo(H("offset", seed, line), 1_000_000));
    let running = offset;
    for (const cell of arranged(ours, seed, line)) {
      const before = running / MICRO;
      running += cell.visits;
      quotas.set(cell.key, running / MICRO - before);
    }
  }
  for (const cells_ of byStratum(cells).values()) {
    const rest = cells_.find((cell) => cell.rest === "1");
    const given = cells_.filter((cell) => cell !== rest).reduce((total, cell) => total + quotas.get(cell.key), 0n);
    if (rest) quotas.set(rest.key, sum(cells_) / MICRO - given);
  }
  return quotas;
}

function arranged(cells, seed, line) {
  const keyed = cells.map((cell) => {
    const [district, type] = cell.stratum.split("/");
    const nodes = [district, `${district}/${type}`, cell.stratum, cell.key];
    return { cell, keys: nodes.map((node) => H("order", seed, line, node)).join("") };
  });
  return keyed.sort((a, b) => byBytes(a.keys, b.keys)).map(({ cell }) => cell);
}

/** Claims on quotas and selection. */
export function checkSelection(group, draw) {
  group.check("6.3", "every quota follows from seed and visits", function* () {
    const expected = quotas(draw);
    const found = new Map(draw.get("quotas.tsv").map((row) => [`${row.stratum}:${row.package}`, row.quota]));
    yield* setsDiffer("quotas", new Set(expected.keys()), new Set(found.keys()));
    for (const [key, quota] of found) yield* differs(key, String(expected.get(key)), quota);
  });
  group.check("7", "the firms drawn have the least tickets of their strata", function* () {
    const expected = selected(draw);
    const found = new Map(draw.get("drawn.tsv").map((row) => [row.firm_id, row.package]));
    const wanted = [...quotas(draw).values()].reduce((total, quota) => total + Number(quota), 0);
    if (expected.size < wanted) yield `${wanted - expected.size} firms too few for the quotas`;
    yield* setsDiffer("drawn", new Set(expected.keys()), new Set(found.keys()));
    for (const [firm, row] of expected) if (found.has(firm)) yield* differs(firm, row.package, found.get(firm));
  });
  group.check("6.1", "a visit counts towards T where its cell does", function* () {
    const expected = selected(draw);
    for (const { firm_id: firm, counting } of draw.get("drawn.tsv")) {
      if (expected.has(firm)) yield* differs(firm, expected.get(firm).counting, counting);
    }
  });
  group.check("7", "every firm drawn has its stratum, package and chance on record", function* () {
    const expected = selected(draw);
    const found = new Map(draw.get("selected.tsv").map((row) => [row.firm_id, Object.values(row).join(" ")]));
    yield* setsDiffer("selected", new Set(expected.keys()), new Set(found.keys()));
    for (const [firm, row] of expected) {
      if (found.has(firm)) yield* differs(firm, `${firm} ${row.stratum} ${row.package} ${row.micro} ${row.firms}`, found.get(firm));
    }
  });
}

/** Quotas of a draw by cell. */
function quotas(draw) {
  const cells = cellsOf(draw);
  return draw.open ? new Map(cells.map((cell) => [cell.key, cell.visits / MICRO])) : quotasOf(cells, seedOf(draw));
}

/** Firms of every stratum of the pool in the order of their tickets; of an open round without a register, of the pool. */
export function strataInOrder(draw) {
  const seed = seedOf(draw);
  const salt = draw.open ? null : saltOf(draw);
  const ticket = (firm) => (salt ? H("ticket", seed, salt(firm), firm) : H("ticket", seed, firm));
  const strata = new Map();
  const rows = draw.open ? draw.get("pool.tsv").map((row) => ({ ...row, disposition: "open" })) : draw.get("register.tsv");
  for (const { firm_id: firm, disposition } of rows) {
    if (!disposition.startsWith("out:")) (strata.get(disposition) ?? strata.set(disposition, []).get(disposition)).push({ firm, ticket: ticket(firm) });
  }
  return new Map([...strata].map(([stratum, firms]) => [stratum, inOrder(firms).map(({ firm }) => firm)]));
}

/** Firms that quotas and tickets select, each with its cell and chance. */
export function selected(draw) {
  const seed = seedOf(draw);
  const salt = draw.open ? null : saltOf(draw);
  const ticket = (firm) => (salt ? H("ticket", seed, salt(firm), firm) : H("ticket", seed, firm));
  const pool = new Map();
  for (const { firm_id: firm, disposition } of draw.get("register.tsv")) {
    if (!disposition.startsWith("out:")) (pool.get(disposition) ?? pool.set(disposition, []).get(disposition)).push(firm);
  }
  const given = quotas(draw);
  const chosen = new Map();
  for (const [stratum, cells] of byStratum(cellsOf(draw))) {
    const waiting = inOrder((pool.get(stratum) ?? []).map((firm) => ({ firm, ticket: ticket(firm) })));
    const chance = { micro: sum(cells), firms: cells[0].num_firms };
    for (const cell of cells.sort((a, b) => byBytes(a.package, b.package))) {
      for (const { firm } of waiting.splice(0, Math.max(0, Number(given.get(cell.key))))) chosen.set(firm, { ...cell, ...chance });
    }
  }
  return chosen;
}
