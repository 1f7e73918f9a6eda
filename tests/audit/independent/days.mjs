// Section 8.4 of docs/draw-specification.md: the day of every visit, by an officers.json of format 2.
import { byBytes, digestModulo } from "./hashing.mjs";
import { districtOfTeam, teamCodes } from "./officers.mjs";
import { districtsOf, listed } from "./year.mjs";

const LONGEST_CHAIN = 100;
const MOST_ASKED = 50_000;

/** Day and exceptions of each firm's visit, given the teams on record. */
export function daysOf(roll) {
  const found = new Map();
  const settled = [];
  for (const { rows, after } of roundsOf(roll)) {
    const plan = new Plan(roll, after, settled);
    const planned = [];
    for (const row of rows) {
      const visit = plan.visit(row);
      if (visit === undefined) continue;
      if (visit.teams.length === 0 || visit.days.length === 0) found.set(visit.firm, { day: "", codes: visit.codes });
      else planned.push(visit);
    }
    for (const together of components(planned)) plan.deal(together);
    for (const visit of planned) found.set(visit.firm, { day: visit.day, codes: visit.codes.sort(byBytes) });
    settled.push(...rows);
  }
  return found;
}

/** Rows of visits.tsv that are planned together: all of them, or by 8.11 those of each place in turn. */
function roundsOf(roll) {
  const rows = roll.draw.get("visits.tsv");
  const places = roll.document.places ?? [];
  if (places.length === 0) return [{ rows, after: "" }];
  const districts = districtsOf(roll.draw);
  const placeOf = (row) => {
    const own = districts.get(row.firm_id);
    const alone = listed(row.team_id).every((team) => districtOfTeam(roll.draw, team) === own);
    return row.team_id !== "" && alone && teamCodes(row.exception) === "" ? own : roll.bureau;
  };
  return places.map(({ district, drawn_on: after }) => ({ rows: rows.filter((row) => placeOf(row) === district), after }));
}

/** Visits that share a team, directly or through others. */
function components(visits) {
  const byTeam = new Map();
  for (const visit of visits) {
    for (const team of visit.teams) byTeam.set(team, [...(byTeam.get(team) ?? []), visit]);
  }
  const seen = new Set();
  const groups = [];
  for (const visit of visits) {
    if (seen.has(visit)) continue;
    const group = new Set([visit]);
    for (const one of group) for (const team of one.teams) for (const other of byTeam.get(team)) group.add(other);
    for (const one of group) seen.add(one);
    groups.push([...group]);
  }
  return groups;
}

class Plan {
  constructor(roll, after, settled) {
    const { document } = roll;
    this.roll = roll;
    this.workingDays = document.working_days.filter((day) => day > after);
    this.whole = { visits: document.visits_per_team_day, minutes: document.minutes_per_team_day };
    this.towns = new Map(roll.draw.get("towns.tsv").map((row) => [row.firm_id, row.town]));
    this.packages = new Map(roll.draw.listed().map((row) => [row.firm_id, row.package]));
    this.rooms = rooms(roll, this.whole);
    for (const row of settled) this.takeRoom(row);
    this.there = new Map();
    this.asked = undefined;
  }

  /** Takes the room of a visit that an earlier place settled. */
  takeRoom({ firm_id: firm, team_id: teamId, visit_on: day }) {
    const minutes = this.roll.needs.get(this.packages.get(firm)).minutes + this.roll.document.journey_minutes;
    for (const team of day === "" ? [] : listed(teamId)) {
      const room = this.room(team, day);
      this.rooms.set(`${team} ${day}`, { visits: room.visits - 1, minutes: room.minutes - minutes });
    }
  }

  /** A visit with the days that remain; undefined for a firm that was not drawn. */
  visit({ firm_id: firm, team_id: teamId }) {
    const needs = this.roll.needs.get(this.packages.get(firm));
    if (needs === undefined) return undefined;
    const teams = listed(teamId);
    const visit = { firm, teamId, teams, minutes: needs.minutes, town: this.towns.get(firm), codes: [], days: [], day: "" };
    if (teams.length === 0) return visit;
    const all = this.workingDays;
    const inside = all.filter((day) => day >= needs.starts_on && day <= needs.ends_on);
    if (all.length === 0) visit.codes.push("no_day");
    else if (inside.length === 0) visit.codes.push("window");
    const free = (day) => teams.every((team) => this.room(team, day).visits > 0 && this.room(team, day).minutes > 0);
    visit.days = (inside.length > 0 ? inside : all).filter(free);
    if (all.length > 0 && visit.days.length === 0) visit.codes.push("away");
    visit.lot = this.roll.lot("day", firm);
    return visit;
  }

  room(team, day) {
    return this.rooms.get(`${team} ${day}`) ?? this.whole;
  }

  visitsOn(team, day) {
    return this.there.get(`${team} ${day}`) ?? [];
  }

  put(visit, day) {
    visit.day = day;
    for (const team of visit.teams) {
      const key = `${team} ${day}`;
      this.there.set(key, [...(this.there.get(key) ?? []), visit]);
    }
  }

  lift(visit) {
    for (const team of visit.teams) {
      const key = `${team} ${visit.day}`;
      this.there.set(key, this.there.get(key).filter((other) => other !== visit));
    }
    visit.day = "";
  }

  fits(visit, day) {
    return visit.teams.every((team) => {
      const room = this.room(team, day);
      const others = this.visitsOn(team, day);
      const isWhole = room.visits === this.whole.visits && room.minutes === this.whole.minutes;
      if (isWhole && others.length === 0) return true;
      const all = [...others, visit];
      return all.length <= room.visits && this.minutes(all) <= room.minutes;
    });
  }

  minutes(visits) {
    const towns = new Set(visits.map((visit) => visit.town).filter((town) => town !== undefined && town !== ""));
    const alone = visits.filter((visit) => visit.town === undefined || visit.town === "").length;
    return visits.reduce((sum, visit) => sum + visit.minutes, 0) + this.roll.document.journey_minutes * (towns.size + alone);
  }

  load(visit, day) {
    return visit.teams.reduce((sum, team) => sum + this.visitsOn(team, day).length, 0);
  }

  bestDay(visit) {
    const fit = visit.days.filter((day) => this.fits(visit, day));
    const near = (team, day) => this.visitsOn(team, day).some((other) => other.town === visit.town);
    const same = visit.town ? fit.find((day) => visit.teams.every((team) => near(team, day))) : undefined;
    return same ?? this.leastDay(visit, fit);
  }

  leastDay(visit, days) {
    let best;
    for (const day of days) if (best === undefined || this.load(visit, day) < this.load(visit, best)) best = day;
    return best;
  }

  /** Plans visits that share teams. */
  deal(visits) {
    visits.sort(
      (a, b) =>
        b.teams.length - a.teams.length ||
        a.days.length - b.days.length ||
        byBytes(a.days[0], b.days[0]) ||
        byBytes(a.lot, b.lot),
    );
    for (const visit of visits) visit.turned = this.turn(visits, visit);
    for (const visit of visits) visit.days = visit.turned;
    for (const visit of visits) {
      const day = this.bestDay(visit);
      if (day !== undefined) this.put(visit, day);
    }
    for (const visit of visits.filter((one) => one.day === "")) this.settle(visit, 1, new Set());
    if (visits.some((visit) => visit.day === "")) this.searchAll(visits);
  }

  turn(visits, visit) {
    const same = visits.filter((other) => other.teamId === visit.teamId && other.days.join() === visit.days.join());
    const count = visit.days.length;
    const spread = digestModulo(this.roll.lot("spread", visit.teams[0]), count);
    const start = Math.floor((same.indexOf(visit) * count) / same.length) + spread;
    return visit.days.map((_day, i) => visit.days[(start + i) % count]);
  }

  /** Rule (2): the visit takes a day, moving others in a chain; whether it could. */
  settle(visit, link, gone) {
    const day = this.bestDay(visit);
    if (day !== undefined) {
      this.put(visit, day);
      return true;
    }
    if (link > LONGEST_CHAIN) return false;
    return visit.days.some((one) => {
      const key = `${visit.teamId} ${one}`;
      if (gone.has(key)) return false;
      gone.add(key);
      return this.pushOut(visit, one, link, gone);
    });
  }

  pushOut(visit, day, link, gone) {
    const others = [...new Set(visit.teams.flatMap((team) => this.visitsOn(team, day)))];
    for (const other of others.sort((a, b) => byBytes(a.lot, b.lot))) {
      this.lift(other);
      if (this.fits(visit, day)) {
        this.put(visit, day);
        if (this.settle(other, link + 1, gone)) return true;
        this.lift(visit);
      }
      this.put(other, day);
    }
    return false;
  }

  /** Rule (3): a search through all ways, given up after so many questions; then what waits overloads a day. */
  searchAll(visits) {
    const before = visits.map((visit) => visit.day);
    for (const visit of visits) if (visit.day !== "") this.lift(visit);
    this.asked = 0;
    if (this.search(visits)) return;
    for (const visit of visits) if (visit.day !== "") this.lift(visit);
    visits.forEach((visit, i) => before[i] !== "" && this.put(visit, before[i]));
    for (const visit of visits.filter((one) => one.day === "")) {
      this.put(visit, this.leastDay(visit, visit.days));
      visit.codes.push("overload");
    }
  }

  search(visits) {
    const next = visits.map(() => 0);
    for (let i = 0; i < visits.length; ) {
      const visit = visits[i];
      if (visit.day !== "") this.lift(visit);
      let found;
      while (found === undefined && next[i] < visit.days.length) {
        if (this.asked === MOST_ASKED) return false;
        this.asked += 1;
        if (this.fits(visit, visit.days[next[i]])) found = visit.days[next[i]];
        next[i] += 1;
      }
      if (found !== undefined) {
        this.put(visit, found);
        i += 1;
      } else {
        next[i] = 0;
        i -= 1;
        if (i < 0) return false;
      }
    }
    return true;
  }
}

/** The room of a team on days on which calendar.tsv leaves one of its officers less than a whole day, or more. */
function rooms(roll, whole) {
  const ofOfficer = new Map();
  for (const row of roll.draw.get("calendar.tsv")) {
    const days = ofOfficer.get(row.officer_id) ?? ofOfficer.set(row.officer_id, []).get(row.officer_id);
    days.push({ day: row.day, visits: Number(row.visits), minutes: Number(row.minutes) });
  }
  const found = new Map();
  for (const [team, officers] of roll.teams()) {
    for (const { officer_id: officer } of officers) {
      for (const { day, visits, minutes } of ofOfficer.get(officer) ?? []) {
        const room = found.get(`${team} ${day}`) ?? whole;
        found.set(`${team} ${day}`, { visits: Math.min(room.visits, visits), minutes: Math.min(room.minutes, minutes) });
      }
    }
  }
  return found;
}
