// Section 3 of docs/draw-specification.md: who is in the pool, in which stratum, under which leaf, and in which tier.
import { H, K, ascending, leafDigest, message } from "./hashing.mjs";
import { laterTargeted, recentSince, targetTypes } from "./policy.mjs";
import { differs, setsDiffer } from "./report.mjs";
import { isGeneral, listed, listsOf } from "./year.mjs";

/** Claims on pool and packages that everybody can check. */
export function checkPublicPool(group, record, draw) {
  group.check("7", "every firm drawn stands in the pool", function* () {
    const pool = new Set(draw.get("pool.tsv").map((row) => row.firm_id));
    for (const row of draw.find("drawn.tsv") ?? []) if (!pool.has(row.firm_id)) yield `${row.firm_id} is not in the pool`;
  });
  group.check("3.1", "no firm is counted towards T a second time", function* () {
    const counted = new Set(before(record, draw).filter((row) => row.counting === "1").map((row) => row.firm_id));
    const counting = () => (draw.has("drawn.tsv") ? draw.current() : []).filter((row) => row.counting === "1");
    for (const { firm_id: firm } of draw.open ? draw.get("pool.tsv") : counting()) {
      if (counted.has(firm)) yield `${firm} was counted before`;
    }
  });
  if (!draw.open) return;
  group.check("3.2", "every leaf follows from draw and firm", function* () {
    for (const { firm_id: firm, leaf } of draw.get("pool.tsv")) {
      yield* differs(firm, leafDigest(message("leaf", draw.id, firm)), leaf);
    }
  });
}

/** Claim on the packages of the list drawn. */
export function checkPackages(group, draw) {
  group.check("1.6", "packages are tasks of the year, and those of an open round its own", function* () {
    const lists = listsOf(draw);
    const known = new Set(lists.tasks.map((task) => task.task_id));
    const { kind, package: own } = draw.get("commitment.json");
    if (kind === "open" && !isGeneral(lists, listed(own, "+"))) yield `${own} serves no task with a general item`;
    for (const row of draw.get("drawn.tsv")) {
      const tasks = listed(row.package, "+");
      if (tasks.length === 0 || !ascending(tasks) || tasks.some((task) => !known.has(task))) {
        yield `${row.firm_id}: ${row.package} is no package`;
      }
      if (kind === "open") yield* differs(row.firm_id, `${own}, counting 1`, `${row.package}, counting ${row.counting}`);
    }
  });
}

/** Rows of all lists drawn before. */
function before(record, draw) {
  const named = new Set(draw.get("commitment.json").drawn_before);
  return record.draws().filter((one) => named.has(one.id) && one.has("drawn.tsv")).flatMap((one) => one.current());
}

/** Claims on register and pool, for which the register is needed. */
export function checkRegister(group, record, draw) {
  checkTiers(group, draw);
  group.check("3.4", "libraries are in ascending order", function* () {
    for (const row of draw.get("register.tsv")) {
      if (!ascending(listed(row.libraries))) yield `${row.firm_id}: ${row.libraries}`;
    }
  });
  group.check("3.1", "every firm is in its stratum, or left out for the first reason that applies", function* () {
    const place = places(record, draw);
    for (const row of draw.get("register.tsv")) yield* differs(row.firm_id, place(row), row.disposition);
  });
  group.check("3.1", "the pool is those firms of the register that are not left out", function* () {
    const kept = draw.get("register.tsv").filter((row) => !row.disposition.startsWith("out:"));
    const pool = draw.get("pool.tsv").map((row) => row.firm_id);
    yield* setsDiffer("pool", new Set(kept.map((row) => row.firm_id)), new Set(pool));
  });
  if (draw.open) return;
  group.check("3.2", "every leaf follows from draw, firm, salt and stratum", function* () {
    const strata = new Map(draw.get("register.tsv").map((row) => [row.firm_id, row.disposition]));
    const salt = saltOf(draw);
    const key = secretOf(draw);
    for (const { firm_id: firm, leaf } of draw.get("pool.tsv")) {
      const seal = H("stratum", K(key, "stratum-nonce", draw.id, firm), strata.get(firm) ?? "");
      yield* differs(firm, leafDigest(message("leaf", draw.id, firm, salt(firm), seal)), leaf);
    }
  });
  checkRecent(group, draw);
}

/** The draw's secret as raw bytes. */
export function secretOf(draw) {
  return Buffer.from(draw.get("secret.json").secret, "hex");
}

/** Salt of a firm in a targeted round. */
export function saltOf(draw) {
  const key = secretOf(draw);
  return (firm) => K(key, "salt", draw.id, firm);
}

function checkRecent(group, draw) {
  if (!draw.sealsProgramme) return;
  group.check("3.1", "recent.tsv holds firms inspected since the policy's day, of tiers not excepted", function* () {
    const policy = draw.get("policy.toml");
    const since = recentSince(policy);
    const except = policy.visits?.lookback_except ?? [];
    const tiers = new Map(draw.get("register.tsv").map((row) => [row.firm_id, row.tier]));
    for (const { firm_id: firm, inspected_on: day } of draw.get("recent.tsv")) {
      if (since === undefined) yield `${firm}, although the policy looks nowhere back`;
      else if (day < since) yield `${firm} was inspected on ${day}, before ${since}`;
      if (!tiers.has(firm)) yield `${firm} is not on the register`;
      else if (except.includes(tiers.get(firm))) yield `${firm} is of tier ${tiers.get(firm)}`;
    }
  });
}

/** Whether an operating firm has what a task asks for. */
export function inRange(firm, task) {
  const types = listed(task.object_types);
  const districts = listed(task.districts);
  const industries = listed(task.industries);
  const libraries = listed(task.libraries);
  return (
    firm.status === "operating" &&
    (types.length === 0 || types.includes(firm.object_type)) &&
    (districts.length === 0 || districts.includes(firm.district)) &&
    (industries.length === 0 || industries.some((code) => firm.industry.startsWith(code))) &&
    (libraries.length === 0 || listed(firm.libraries).some((code) => libraries.includes(code)))
  );
}

/** Whether a task's time meets one of these windows. */
export function meets(task, windows) {
  return windows.some((window) => task.starts_on <= window.ends_on && window.starts_on <= task.ends_on);
}

/** Gives each row of the register the disposition it should have. */
function places(record, draw) {
  const policy = draw.get("policy.toml");
  if (draw.open) return openPlaces(record, draw, targetTypes(policy));
  const tasks = draw.list("tasks.tsv");
  const { window } = draw.get("commitment.json");
  const waiting = tasks.filter((task) => meets(task, [window, ...laterTargeted(policy, Number(draw.round))]));
  const recent = new Set((draw.find("recent.tsv") ?? []).map((row) => row.firm_id));
  const card = draw.get("scorecard.json");
  const owed = visitsLeft(record, draw, tasks, policy.visits?.yearly_cap, recent);
  return (firm) => {
    if (firm.status !== "operating") return "out:status";
    const ours = waiting.filter((task) => inRange(firm, task));
    if (ours.length === 0) return "out:no-task";
    const left = ours.filter(owed(firm.firm_id)).map((task) => task.task_id);
    if (left.length > 0) return `${firm.district}/${firm.object_type}/${tierOf(card, firm).tier}/${left.join("+")}`;
    return recent.has(firm.firm_id) ? "out:recent" : "out:visited";
  };
}

function openPlaces(record, draw, types) {
  const counted = new Set(before(record, draw).filter((row) => row.counting === "1").map((row) => row.firm_id));
  return (firm) => {
    if (firm.status !== "operating") return "out:status";
    if (!types.has(firm.object_type)) return "out:type";
    return counted.has(firm.firm_id) ? "out:visited" : "open";
  };
}

/** For a firm, whether a waiting task in whose range it is can still be visited. */
function visitsLeft(record, draw, tasks, cap, recent) {
  const packages = new Map();
  for (const row of before(record, draw)) {
    packages.set(row.firm_id, [...(packages.get(row.firm_id) ?? []), listed(row.package, "+")]);
  }
  const compulsory = new Set(tasks.filter((task) => task.full_coverage === "1").map((task) => task.task_id));
  const discretionary = (ids) => ids.length === 0 || ids.some((id) => !compulsory.has(id));
  return (firm) => {
    const visits = packages.get(firm) ?? [];
    const spent = visits.some(discretionary) || recent.has(firm) || (cap !== undefined && visits.length >= cap);
    return (task) => (task.full_coverage === "1" ? !visits.some((ids) => ids.includes(task.task_id)) : !spent);
  };
}

const BINS = "0123456789abcdefghijklmnopqrstuvwxyz";
const DERIVED = ["bins", "direct", "score", "tier", "rule", "ratings", "override"];

function checkTiers(group, draw) {
  group.check("3.4", "every operating firm has one known bin an indicator, and a flag a rule", function* () {
    const card = draw.get("scorecard.json");
    for (const row of draw.get("register.tsv")) {
      if (row.bins !== "") yield* checkBins(card, row);
      else if (row.status === "operating") yield `${row.firm_id} is operating and not classified`;
      else if (DERIVED.some((name) => row[name] !== "")) yield `${row.firm_id} has no bins, but what follows from them`;
    }
  });
  const classified = () => draw.get("register.tsv").filter((row) => [...checkBins(draw.get("scorecard.json"), row)].length === 0);
  group.check("3.4", "every score is base and points", function* () {
    const card = draw.get("scorecard.json");
    for (const row of classified()) yield* differs(row.firm_id, String(scoreOf(card, row)), row.score);
  });
  group.check("3.4", "every tier follows from score, ratings, direct rules and override", function* () {
    const card = draw.get("scorecard.json");
    for (const row of classified()) yield* differs(row.firm_id, tierOf(card, row).tier, row.tier);
  });
  group.check("3.4", "every rule is the first of those that lift the tier", function* () {
    const card = draw.get("scorecard.json");
    for (const row of classified()) yield* differs(row.firm_id, tierOf(card, row).rule, row.rule);
  });
}

/** Whether each indicator has a bin that it knows. */
function binsFit(card, { bins }) {
  const known = [...bins].every((bin, i) => {
    const number = BINS.indexOf(bin);
    return number >= 0 && number < (card.indicators[i]?.points.length ?? 0);
  });
  return known && bins.length === card.indicators.length;
}

function* checkBins(card, row) {
  if (!binsFit(card, row)) yield `${row.firm_id}: bins ${row.bins}`;
  if (!/^[01]*$/.test(row.direct) || row.direct.length !== card.direct.length) yield `${row.firm_id}: flags ${row.direct}`;
  if (!ratingsFit(card, row)) yield `${row.firm_id}: ratings ${row.ratings}`;
  if (row.override !== "" && !card.tiers.includes(row.override)) yield `${row.firm_id}: override ${row.override}`;
}

function scoreOf(card, row) {
  return [...row.bins].reduce((sum, bin, i) => sum + card.indicators[i].points[BINS.indexOf(bin)], card.base);
}

/** Whether ratings ascend, each of a matrix of its own and with a grade of it. */
function ratingsFit(card, row) {
  const ratings = listed(row.ratings).map((rating) => rating.split(":"));
  const names = ratings.map(([name]) => name);
  const known = ratings.every(([name, grade]) => card.matrices.find((one) => one.name === name)?.grades.includes(grade));
  return known && ascending(listed(row.ratings)) && new Set(names).size === names.length;
}

/** Tier and rule of a firm by its bins, flags, ratings and override; "?" where these are not in order. */
function tierOf(card, row) {
  if ([...checkBins(card, row)].length > 0) return { tier: "?", rule: "?" };
  const rank = (tier) => card.tiers.indexOf(tier);
  const general = card.cuts.filter((cut) => scoreOf(card, row) >= cut).length;
  const rated = listed(row.ratings).map((rating) => {
    const [name, grade] = rating.split(":");
    const matrix = card.matrices.find((one) => one.name === name);
    return rank(matrix.tiers[matrix.grades.indexOf(grade)][general]);
  });
  const combined = rated.length > 0 ? Math.max(...rated) : general;
  const fired = card.direct.filter((_rule, i) => row.direct[i] === "1");
  const highest = Math.max(combined, ...fired.map((rule) => rank(rule.tier)));
  const rule = highest > combined ? fired.find((one) => rank(one.tier) === highest).name : "";
  return { tier: row.override || card.tiers[highest], rule };
}
