// Sections 8.1, 8.5 and 8.6 of docs/draw-specification.md: who may go, what visits need, officers.json, moves.
import { seedOf } from "./commitment.mjs";
import { K, ascending, byBytes } from "./hashing.mjs";
import { journeyMinutes } from "./policy.mjs";
import { differs, setsDiffer } from "./report.mjs";
import { districtsOf, listed, listsOf } from "./year.mjs";

/** What the lots of one draw are made of. */
export class Roll {
  constructor(draw) {
    this.draw = draw;
    this.document = draw.get("officers.json");
    this.window = draw.get("commitment.json").window;
    this.bureau = draw.get("commitment.json").bureau;
    this.key = Buffer.from(draw.get("secret.json").officer_secret, "hex");
    this.seed = seedOf(draw);
    this.lists = listsOf(draw);
    this.items = new Map(this.lists.items.map((item) => [item.item_id, item]));
    this.tasks = new Map(this.lists.tasks.map((task) => [task.task_id, task]));
    this.roster = new Map(draw.get("roster.tsv").map((row) => [row.officer_id, { ...row, skills: listed(row.specialities) }]));
    for (const officer of this.roster.values()) officer.eligible = this.obstacle(officer) === undefined;
    this.eligible = [...this.roster.values()].filter((officer) => officer.eligible);
    this.needs = new Map(this.document.packages.map((entry) => [entry.package, entry]));
    this.lots = new Map();
  }

  /** Keyed digest of a lot; each is computed once. */
  lot(tag, ...fields) {
    const name = [tag, ...fields].join("|");
    if (!this.lots.has(name)) this.lots.set(name, K(this.key, tag, this.seed, ...fields));
    return this.lots.get(name);
  }

  /** Why an officer may not go; undefined for who may. */
  obstacle(officer) {
    if (officer === undefined) return "not on the roster";
    if (officer.active !== "1") return "not active";
    if (officer.expert !== "0") return "an expert";
    const until = officer.certificate_valid_until;
    return until !== "" && until >= this.window.ends_on ? undefined : `certificate valid until ${until}`;
  }

  /** Officers barred from each firm on the first day of the window; those for last_year only where they are asked for. */
  barred(lastYear = true) {
    const barred = new Map();
    for (const row of this.draw.get("recusals.tsv")) {
      const holds = row.valid_until === "" || row.valid_until >= this.window.starts_on;
      if (!holds || (row.reason === "last_year" && !lastYear)) continue;
      if (!barred.has(row.firm_id)) barred.set(row.firm_id, new Set());
      barred.get(row.firm_id).add(row.officer_id);
    }
    return (firm) => barred.get(firm) ?? new Set();
  }

  /** Visits of the firms drawn, in the order of their lots. */
  visits() {
    const districts = districtsOf(this.draw);
    const visits = this.draw.listed().map((row) => ({
      firm: row.firm_id, package: row.package, district: districts.get(row.firm_id), lot: this.lot("visit", row.firm_id),
    }));
    return visits.sort((a, b) => byBytes(a.lot, b.lot));
  }

  /** Teams on record: officers by team, the leader marked. */
  teams() {
    const teams = new Map();
    for (const row of this.draw.get("teams.tsv")) {
      if (!teams.has(row.team_id)) teams.set(row.team_id, []);
      teams.get(row.team_id).push({ ...this.roster.get(row.officer_id), officer_id: row.officer_id, leads: row.lead === "1" });
    }
    return teams;
  }
}

/** District in a team's id, `<draw_id>-<district>-<number>`. */
export function districtOfTeam(draw, team) {
  return team.slice(draw.id.length + 1, team.lastIndexOf("-"));
}

/** Claims that officers of either format make. */
export function checkOfficers(group, roll, section, visits) {
  const { draw } = roll;
  checkDocument(group, roll);
  group.check(section, "everybody in a team is on duty, certified and no expert", function* () {
    for (const { officer_id: officer } of draw.get("teams.tsv")) {
      const obstacle = roll.obstacle(roll.roster.get(officer));
      if (obstacle) yield `${officer}: ${obstacle}`;
    }
  });
  group.check(visits, "every firm drawn has one visit, or waits for the bureau to draw", function* () {
    const drawn = new Set(draw.listed().map((row) => row.firm_id));
    const found = new Set(draw.get("visits.tsv").map((row) => row.firm_id));
    const places = roll.document.places ?? [];
    const waits = places.length > 0 && !places.some(({ district }) => district === roll.bureau);
    yield* setsDiffer("visits", waits ? found : drawn, waits ? new Set([...found].filter((firm) => drawn.has(firm))) : found);
  });
  checkMoves(group, roll);
}

function checkDocument(group, roll) {
  const { draw, document } = roll;
  group.check("8.5", "officers.json is of this draw, its seed and its window", function* () {
    const { drawn_on: drawnOn } = draw.get("ceremony.json");
    yield* differs("draw_id", draw.id, document.draw_id);
    yield* differs("seed", roll.seed, document.seed);
    if (document.drawn_on < drawnOn) yield `drawn_on: expected ${drawnOn} or later, found ${document.drawn_on}`;
    if (!ascending(document.working_days)) yield "working days do not ascend";
    for (const day of document.working_days) {
      const inside = day > document.drawn_on && day >= roll.window.starts_on && day <= roll.window.ends_on;
      if (!inside) yield `${day} is no day of the window after ${document.drawn_on}`;
    }
  });
  group.check("8.5", "the packages drawn are there, with what their items and tasks need", function* () {
    const drawn = new Set(draw.listed().map((row) => row.package));
    const found = document.packages.map((entry) => entry.package);
    for (const text of drawn) if (!found.includes(text)) yield `${text} is missing`;
    if (!ascending(found)) yield "packages do not ascend";
    for (const entry of document.packages) yield* checkNeeds(roll, entry);
  });
  group.check("8.5", "numbers and blocked days are those of the policy", () => checkNumbers(roll));
}

function* checkNeeds(roll, entry) {
  const tasks = listed(entry.package, "+").map((id) => roll.tasks.get(id)).filter(Boolean);
  const items = tasks.flatMap((task) => listed(task.item_ids)).map((id) => roll.items.get(id)).filter(Boolean);
  if (tasks.length === 0 || items.length === 0) return;
  const specialities = [...new Set(items.map((item) => item.speciality).filter(Boolean))].sort(byBytes);
  const name = (key) => `${entry.package}, ${key}`;
  yield* differs(name("specialities"), specialities.join(";"), entry.specialities.join(";"));
  yield* differs(name("officers_required"), Math.max(...items.map((item) => Number(item.officers_required))), entry.officers_required);
  yield* differs(name("starts_on"), tasks.map((task) => task.starts_on).sort().at(-1), entry.starts_on);
  yield* differs(name("ends_on"), tasks.map((task) => task.ends_on).sort()[0], entry.ends_on);
}

function* checkNumbers({ draw, document }) {
  const policy = draw.get("policy.toml");
  if (document.format === 1) return;
  yield* differs("visits_per_team_day", policy.agenda?.visits_per_team_day ?? 3, document.visits_per_team_day);
  yield* differs("minutes_per_team_day", policy.agenda?.minutes_per_team_day ?? 480, document.minutes_per_team_day);
  yield* differs("journey_minutes", journeyMinutes(policy), document.journey_minutes);
  const blocked = new Set((policy.agenda?.blocked_days ?? []).map((day) => day.text));
  for (const day of document.working_days) if (blocked.has(day)) yield `${day} is blocked by the policy`;
}

function checkMoves(group, { draw, window }) {
  if (!draw.has("moves.tsv")) return;
  group.check("8.6", "every move starts where the visit stood, and ends in the window", function* () {
    const days = new Map(draw.get("visits.tsv").map((row) => [row.firm_id, row.visit_on]));
    if (draw.has("handovers.tsv")) for (const row of draw.get("handovers.tsv")) days.set(row.firm_in, row.visit_on);
    const counts = new Map();
    for (const row of draw.get("moves.tsv")) {
      const { firm_id: firm } = row;
      counts.set(firm, (counts.get(firm) ?? 0) + 1);
      if (!days.has(firm)) yield `${firm} has no visit`;
      yield* differs(`${firm}, number`, String(counts.get(firm)).padStart(3, "0"), row.number);
      yield* differs(`${firm}, moved_from`, days.get(firm), row.moved_from);
      const inside = row.moved_to >= window.starts_on && row.moved_to <= window.ends_on && row.moved_to >= row.moved_on;
      if (!inside) yield `${firm}: ${row.moved_to} is no day of the window from ${row.moved_on} on`;
      if (row.reason === "") yield `${firm}: no reason`;
      days.set(firm, row.moved_to);
    }
  });
}

const OF_DAYS = new Set(["window", "no_day", "away", "overload"]);
const OF_TEAMS = new Set(["borrowed", "direct", "repeated", "unmet"]);

/** Codes of an exception that speak of teams, in order. */
export function teamCodes(exception) {
  return listed(exception).filter((code) => OF_TEAMS.has(code)).join(";");
}

/** Codes of an exception that do not speak of teams: of days, or unknown. */
export function dayCodes(exception) {
  return listed(exception).filter((code) => !OF_TEAMS.has(code)).join(";");
}

/** Claim that days and their exceptions are those computed. */
export function checkDays(group, section, roll, expected) {
  group.check(section, "every visit has the day that the lot gives it", function* () {
    const days = expected();
    for (const row of roll.draw.get("visits.tsv")) {
      if (!days.has(row.firm_id)) continue;
      const { day, codes } = days.get(row.firm_id);
      yield* differs(row.firm_id, `${day} ${codes.join(";")}`, `${row.visit_on} ${dayCodes(row.exception)}`);
      const known = listed(row.exception).every((code) => OF_TEAMS.has(code) || OF_DAYS.has(code));
      if (!known || !ascending(listed(row.exception))) yield `${row.firm_id}: exception ${row.exception}`;
    }
  });
}
