// Sections 8.7 and 8.9 of docs/draw-specification.md: teams, visits and days by an officers.json of format 1.
import { byBytes, digestModulo } from "./hashing.mjs";
import { checkDays, checkOfficers, districtOfTeam, teamCodes } from "./officers.mjs";
import { differs, setsDiffer } from "./report.mjs";

/** Claims on officers and days of format 1. */
export function checkFormat1(group, roll) {
  checkOfficers(group, roll, "8.9", "8.9");
  group.check("8.9", "the teams are those that the lot makes of the eligible officers", function* () {
    const rows = (teams) => new Set(teams.map((row) => `${row.team_id} ${row.officer_id} ${row.lead} ${row.borrowed}`));
    yield* setsDiffer("teams", rows(teamsOf(roll)), rows(roll.draw.get("teams.tsv")));
  });
  group.check("8.9", "nobody recused from a firm goes there, and every team fits its visits", () => checkFit(roll));
  group.check("8.9", "every visit goes to the fit team with the fewest visits, by lot among equals", function* () {
    const expected = matched(roll);
    for (const row of roll.draw.get("visits.tsv")) {
      if (expected.has(row.firm_id)) {
        yield* differs(row.firm_id, expected.get(row.firm_id), `${row.team_id} ${teamCodes(row.exception)}`);
      }
    }
  });
  checkDays(group, "8.7", roll, () => daysOf(roll));
}

function teamsOf(roll) {
  const rows = [];
  for (const district of new Set(roll.eligible.map((officer) => officer.district))) {
    const members = roll.eligible
      .filter((officer) => officer.district === district)
      .sort((a, b) => byBytes(roll.lot("officer", a.officer_id), roll.lot("officer", b.officer_id)));
    const qualified = members.filter((officer) => officer.lead_qualified === "1");
    const leads = qualified.slice(0, Math.floor(members.length / 2));
    if (leads.length === 0) continue;
    const name = (i) => `${roll.draw.id}-${district}-${String((i % leads.length) + 1).padStart(3, "0")}`;
    leads.forEach((officer, i) => rows.push({ team_id: name(i), officer_id: officer.officer_id, lead: 1, borrowed: 0 }));
    members
      .filter((officer) => !leads.includes(officer))
      .forEach((officer, i) => rows.push({ team_id: name(i), officer_id: officer.officer_id, lead: 0, borrowed: 0 }));
  }
  return rows;
}

/** Why a team does not fit a visit; undefined if it does. */
function misfit(roll, members, visit, barred) {
  const needs = roll.needs.get(visit.package);
  if (needs === undefined) return `officers.json has no package ${visit.package}`;
  const skills = new Set(members.flatMap((officer) => officer.skills ?? []));
  const missing = needs.specialities.find((speciality) => !skills.has(speciality));
  if (missing !== undefined) return `nobody with ${missing}`;
  if (members.length < needs.officers_required) return `${members.length} of ${needs.officers_required} officers`;
  const recused = members.find((officer) => barred(visit.firm).has(officer.officer_id));
  return recused && `${recused.officer_id} is recused`;
}

function* checkFit(roll) {
  const teams = roll.teams();
  const barred = roll.barred();
  const visits = new Map(roll.visits().map((visit) => [visit.firm, visit]));
  for (const row of roll.draw.get("visits.tsv")) {
    if (row.team_id === "" || !visits.has(row.firm_id)) continue;
    const members = teams.get(row.team_id);
    const problem = members ? misfit(roll, members, visits.get(row.firm_id), barred) : "no such team";
    if (problem) yield `${row.team_id} to ${row.firm_id}: ${problem}`;
  }
}

/** Team and exception of each firm, as text. */
function matched(roll) {
  const teams = [...roll.teams()].map(([id, members]) => ({ id, members, district: districtOfTeam(roll.draw, id), load: 0 }));
  const barred = roll.barred();
  const found = new Map();
  for (const visit of roll.visits()) {
    const fit = teams.filter((team) => misfit(roll, team.members, visit, barred) === undefined);
    const own = fit.filter((team) => team.district === visit.district);
    const bureau = fit.filter((team) => team.district === roll.bureau);
    const candidates = [own, bureau, fit].find((some) => some.length > 0);
    if (candidates === undefined) {
      found.set(visit.firm, " unmet");
      continue;
    }
    const lot = (team) => roll.lot("match", visit.firm, team.id);
    const [team] = candidates.sort((a, b) => a.load - b.load || byBytes(lot(a), lot(b)));
    team.load += 1;
    found.set(visit.firm, `${team.id} ${candidates === fit ? "borrowed" : ""}`);
  }
  return found;
}

/** Day and exceptions of each firm's visit, given the teams on record. */
function daysOf(roll) {
  const days = new Map();
  const byTeam = new Map();
  const packages = new Map(roll.visits().map((visit) => [visit.firm, visit.package]));
  for (const row of roll.draw.get("visits.tsv")) {
    if (!packages.has(row.firm_id)) continue;
    const visit = { firm: row.firm_id, ...possible(roll, roll.needs.get(packages.get(row.firm_id))) };
    if (row.team_id === "") days.set(visit.firm, { day: "", codes: [] });
    else if (visit.days.length === 0) days.set(visit.firm, { day: "", codes: ["no_day"] });
    else if (byTeam.has(row.team_id)) byTeam.get(row.team_id).push(visit);
    else byTeam.set(row.team_id, [visit]);
  }
  for (const [team, visits] of byTeam) {
    for (const [firm, found] of dealt(roll, team, visits)) days.set(firm, found);
  }
  return days;
}

/** Days that a package leaves, and the exception if they are outside its window. */
function possible(roll, needs) {
  const all = roll.document.working_days;
  if (needs === undefined) return { days: [], codes: [] };
  const inside = all.filter((day) => day >= needs.starts_on && day <= needs.ends_on);
  return inside.length > 0 || all.length === 0 ? { days: inside, codes: [] } : { days: all, codes: ["window"] };
}

function dealt(roll, team, visits) {
  const lot = (visit) => roll.lot("day", visit.firm);
  visits.sort((a, b) => a.days.length - b.days.length || byBytes(a.days[0], b.days[0]) || byBytes(lot(a), lot(b)));
  const loads = new Map(roll.document.working_days.map((day) => [day, 0]));
  const found = new Map();
  const take = (visit, day, codes) => {
    loads.set(day, loads.get(day) + 1);
    found.set(visit.firm, { day, codes: codes.sort() });
  };
  for (const visit of visits) {
    const same = visits.filter((other) => other.days.join() === visit.days.join());
    const count = visit.days.length;
    const shift = Math.floor((same.indexOf(visit) * count) / same.length) + digestModulo(roll.lot("spread", team), count);
    const turned = visit.days.map((_day, i) => visit.days[(shift + i) % count]);
    take(visit, least(turned, loads), visit.codes);
  }
  const most = roll.document.visits_per_team_day;
  return [...loads.values()].some((load) => load > most) ? dealtAnew(roll, visits, loads, most, take, found) : found;
}

function dealtAnew(roll, visits, loads, most, take, found) {
  found.clear();
  const lot = (visit) => roll.lot("day", visit.firm);
  for (const day of loads.keys()) {
    loads.set(day, 0);
    const waiting = visits.filter((visit) => visit.days.includes(day) && !found.has(visit.firm));
    waiting.sort((a, b) => byBytes(a.days.at(-1), b.days.at(-1)) || byBytes(lot(a), lot(b)));
    for (const visit of waiting.slice(0, most)) take(visit, day, visit.codes);
  }
  for (const visit of visits) {
    if (!found.has(visit.firm)) take(visit, least(visit.days, loads), [...visit.codes, "overload"]);
  }
  return found;
}

/** The first of the days with the fewest visits. */
function least(days, loads) {
  return days.reduce((best, day) => (loads.get(day) < loads.get(best) ? day : best));
}
