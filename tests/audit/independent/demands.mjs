// Sections 8.1 and 8.2 of docs/draw-specification.md: departments, demands, and the teams that the lot makes.
import { byBytes } from "./hashing.mjs";
import { checkOfficers, districtOfTeam } from "./officers.mjs";
import { differs, setsDiffer } from "./report.mjs";
import { listed } from "./year.mjs";

const COUNTERS = 16;

/** Departments told apart, and what packages demand of each. */
export class Demands {
  constructor(roll) {
    this.roll = roll;
    const named = new Set(roll.lists.items.map((item) => item.department));
    for (const task of roll.lists.tasks) for (const partner of listed(task.partners)) named.add(partner);
    const staffed = [...roll.roster.values()].map((officer) => officer.department);
    this.departments = new Set(staffed.filter((name) => name !== "" && named.has(name)));
    this.known = new Map();
  }

  /** A department as it is told apart, else the empty text. */
  department(name) {
    return this.departments.has(name) ? name : "";
  }

  /** Demands of a package, the leading one first: department and items, each with what it asks for. */
  of(text) {
    if (!this.known.has(text)) this.known.set(text, this.compute(text));
    return this.known.get(text);
  }

  compute(text) {
    const tasks = listed(text, "+").map((id) => this.roll.tasks.get(id)).filter(Boolean);
    const demands = new Map();
    const demand = (department) => {
      if (!demands.has(department)) demands.set(department, new Map());
      return demands.get(department);
    };
    for (const task of tasks) {
      for (const partner of listed(task.partners)) if (this.departments.has(partner)) demand(partner);
      for (const id of listed(task.item_ids)) {
        const item = this.roll.items.get(id);
        if (item) demand(this.department(item.department)).set(id, item);
      }
    }
    const names = [...demands.keys()].sort(byBytes);
    const initiator = this.department(tasks[0]?.initiator ?? "");
    const first = demands.has(initiator) ? initiator : names[0];
    const ordered = [first, ...names.filter((name) => name !== first)].filter((name) => demands.has(name));
    return ordered.map((department) => {
      const items = [...demands.get(department).values()];
      return { department, items, key: `${department}|${items.map((item) => item.item_id).sort(byBytes).join(";")}` };
    });
  }
}

/** Officers that an item asks for, at least two. */
export function required(item) {
  return Math.max(2, Number(item.officers_required));
}

/** Whether officers meet a demand; who is not eligible does not count. */
export function meets(members, { items }) {
  const officers = members.filter((officer) => officer.eligible);
  if (officers.length < 2 || !officers.some((officer) => officer.lead_qualified === "1")) return false;
  return items.every((item) => {
    const able = officers.filter((officer) => mayCheck(officer, item));
    const skilled = item.speciality === "" || able.some((officer) => officer.skills.includes(item.speciality));
    return skilled && able.length >= required(item);
  });
}

/** Whether nobody in a team is barred. */
export function nobodyBarred(officers, barred) {
  return !officers.some((officer) => barred.has(officer.officer_id));
}

/** Claims that the teams are those of the lot. */
export function checkTeams(group, roll, demands) {
  checkOfficers(group, roll, "8.1", "8.3");
  checkPlaces(group, roll);
  group.check("8.2", "the teams are those that the lot makes of the eligible officers", function* () {
    const lot = drawnSoFar(roll, teamsOf(roll, demands));
    const rows = (teams) => new Set(teams.map((row) => `${row.team_id} ${row.officer_id} ${row.lead} ${row.borrowed}`));
    yield* setsDiffer("teams", rows(lot.rows), rows(roll.draw.get("teams.tsv")));
    yield* differs("redraws", JSON.stringify(lot.redraws), JSON.stringify(roll.document.redraws.map(redrawn)));
  });
}

/** Teams and redraws of the places that have drawn, where each place draws its own. */
function drawnSoFar(roll, { rows, redraws }) {
  const places = roll.document.places ?? [];
  if (places.length === 0) return { rows, redraws };
  const drawn = new Set(places.map(({ district }) => district));
  return {
    rows: rows.filter((row) => drawn.has(districtOfTeam(roll.draw, row.team_id))),
    redraws: redraws.filter(([district]) => drawn.has(district)),
  };
}

/** Whether all places have drawn, so that visits can be checked. */
export function allDrawn(roll) {
  const places = roll.document.places ?? [];
  return places.length === 0 || places.some(({ district }) => district === roll.bureau);
}

function checkPlaces(group, roll) {
  const places = roll.document.places ?? [];
  if (places.length === 0) return;
  group.check("8.11", "places draw once each, on days that ascend, the bureau last", function* () {
    const names = places.map(({ district }) => district);
    const staffed = new Set(roll.eligible.map((officer) => officer.district));
    if (new Set(names).size !== names.length) yield "a place stands twice";
    for (const name of names) if (name !== roll.bureau && !staffed.has(name)) yield `${name} has no eligible officers`;
    const others = [...staffed].filter((name) => name !== roll.bureau && !names.includes(name));
    const place = names.indexOf(roll.bureau);
    if (place >= 0 && (place !== names.length - 1 || others.length > 0)) yield "the bureau draws last, when all others have";
    yield* differs("drawn_on", roll.document.drawn_on, places[0].drawn_on);
    for (const [i, { drawn_on: day }] of places.entries()) {
      if (i > 0 && day < places[i - 1].drawn_on) yield `${day} stands after ${places[i - 1].drawn_on}`;
    }
  });
}

function redrawn({ district, department, counter }) {
  return [district, department, counter];
}

/** Rows of teams.tsv and the counters that are not 0, by post. */
export function teamsOf(roll, demands) {
  const posts = new Map();
  for (const officer of roll.eligible) {
    const department = demands.department(officer.department);
    const key = JSON.stringify([officer.district, department]);
    if (!posts.has(key)) posts.set(key, { district: officer.district, department, officers: [], wanted: new Map() });
    posts.get(key).officers.push(officer);
  }
  addWanted(roll, demands, posts);
  const ordered = [...posts.values()].sort((a, b) => byBytes(a.district, b.district) || byBytes(a.department, b.department));
  const rows = [];
  const redraws = [];
  const numbers = new Map();
  for (const post of ordered) {
    const { counter, teams, reserve } = drawPost(roll, post);
    if (counter > 0) redraws.push([post.district, post.department, counter]);
    for (const officers of teams) {
      const number = (numbers.get(post.district) ?? 0) + 1;
      numbers.set(post.district, number);
      const team = `${roll.draw.id}-${post.district}-${String(number).padStart(3, "0")}`;
      officers.forEach((officer, i) => {
        rows.push({ team_id: team, officer_id: officer.officer_id, lead: !reserve && i === 0 ? 1 : 0, borrowed: 0 });
      });
    }
  }
  return { rows, redraws };
}

function addWanted(roll, demands, posts) {
  const barred = roll.barred();
  for (const visit of roll.visits()) {
    for (const demand of demands.of(visit.package)) {
      const out = barred(visit.firm);
      const own = posts.get(JSON.stringify([visit.district, demand.department]));
      const bureau = posts.get(JSON.stringify([roll.bureau, demand.department]));
      const able = (post) => post && meets(post.officers.filter((officer) => !out.has(officer.officer_id)), demand);
      const post = [own, bureau].find(able);
      post?.wanted.set(`${demand.key}|${[...out].sort(byBytes).join(";")}`, { demand, out });
    }
  }
}

function drawPost(roll, post) {
  const wanted = [...post.wanted.values()];
  const least = Math.max(2, ...wanted.flatMap(({ demand }) => demand.items.map(required)));
  let best;
  for (let counter = 0; counter < COUNTERS; counter += 1) {
    const drawn = { counter, ...deal(roll, post.officers, counter, least) };
    if (roll.document.format > 2 && !drawn.reserve) spread(drawn.teams, wanted);
    const fits = ({ demand, out }) => drawn.teams.some((team) => nobodyBarred(team, out) && meets(team, demand));
    drawn.missed = drawn.reserve ? wanted.length : wanted.filter((pair) => !fits(pair)).length;
    if (best === undefined || drawn.missed < best.missed) best = drawn;
    if (best.missed === 0) break;
  }
  return best;
}

/** Lets officers who lead nobody change places, pair by pair, while teams thereby serve more items by speciality. */
function spread(teams, wanted) {
  const items = new Map(wanted.flatMap(({ demand }) => demand.items.map((item) => [item.item_id, item])));
  const skilled = [...items.values()].filter((item) => item.speciality !== "");
  const served = (team) => skilled.filter((item) => team.some((officer) => serves(officer, item))).length;
  const seats = [];
  for (let row = 1; teams.some((team) => row < team.length); row += 1) {
    for (const team of teams) if (row < team.length) seats.push({ team, row });
  }
  for (let changed = true; changed; ) {
    changed = false;
    seats.forEach((one, i) => {
      for (const other of seats.slice(i + 1)) {
        if (one.team === other.team) continue;
        const before = served(one.team) + served(other.team);
        exchange(one, other);
        if (served(one.team) + served(other.team) > before) changed = true;
        else exchange(one, other);
      }
    });
  }
}

function exchange(one, other) {
  [one.team[one.row], other.team[other.row]] = [other.team[other.row], one.team[one.row]];
}

function serves(officer, item) {
  return officer.skills.includes(item.speciality) && mayCheck(officer, item);
}

function mayCheck(officer, item) {
  return officer.item_ids === "" || listed(officer.item_ids).includes(item.item_id);
}

function deal(roll, officers, counter, least) {
  const lot = (officer) => roll.lot("officer", String(counter), officer.officer_id);
  const ordered = [...officers].sort((a, b) => byBytes(lot(a), lot(b)));
  const qualified = ordered.filter((officer) => officer.lead_qualified === "1");
  if (qualified.length === 0 || ordered.length === 1) return { teams: [ordered], reserve: true };
  const count = Math.min(qualified.length, Math.max(1, Math.floor(ordered.length / (least + Math.floor(counter / 4)))));
  const leads = qualified.slice(0, count);
  const teams = leads.map((officer) => [officer]);
  ordered.filter((officer) => !leads.includes(officer)).forEach((officer, i) => teams[i % count].push(officer));
  return { teams, reserve: false };
}
