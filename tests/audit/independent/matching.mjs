// Section 8.3 of docs/draw-specification.md: which team goes to which part of which visit, as evenly as there is a way.
import { byBytes } from "./hashing.mjs";
import { meets, nobodyBarred } from "./demands.mjs";
import { districtOfTeam, teamCodes } from "./officers.mjs";
import { differs } from "./report.mjs";

/** Claim that teams and exceptions of all visits are those of the rules. */
export function checkMatching(group, roll, demands) {
  group.check("8.3", "every visit goes to the teams that even loads and the lot give it", function* () {
    const expected = matched(roll, demands);
    for (const row of roll.draw.get("visits.tsv")) {
      if (!expected.has(row.firm_id)) continue;
      yield* differs(row.firm_id, expected.get(row.firm_id), `${row.team_id} ${teamCodes(row.exception)}`);
    }
  });
}

/** Teams on record with department, district and load; a reserve is one whose rows lead nobody. */
export function teamList(roll, demands) {
  return [...roll.teams()].map(([id, officers]) => ({
    id,
    officers,
    district: districtOfTeam(roll.draw, id),
    department: demands.department(officers[0].department ?? ""),
    reserve: !officers.some((officer) => officer.leads),
    load: 0,
  }));
}

/** Teams and exceptions of each firm, as text. */
function matched(roll, demands) {
  const work = { roll, teams: teamList(roll, demands), barred: roll.barred(), yielding: roll.barred(false) };
  const visits = roll.visits();
  const parts = visits.flatMap((visit) => demands.of(visit.package).map((demand) => ({ visit, demand, found: [], codes: [] })));
  const groups = new Map();
  for (const part of parts) {
    const fit = fitting(work, part, work.barred);
    const own = fit.filter((team) => team.district === part.visit.district && team.district !== roll.bureau);
    const candidates = own.length > 0 ? own : fit.filter((team) => team.district === roll.bureau);
    if (candidates.length === 0) continue;
    part.fit = inLot(roll, part, candidates);
    const key = JSON.stringify([part.demand.department, own.length > 0 ? part.visit.district : roll.bureau]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(part);
  }
  for (const group of groups.values()) matchEvenly(group, roll.document.format > 2);
  for (const part of parts) if (part.fit === undefined) matchLeft(work, part);
  return new Map(visits.map((visit) => [visit.firm, tell(parts.filter((part) => part.visit === visit))]));
}

function tell(parts) {
  const codes = [...new Set(parts.flatMap((part) => part.codes))].sort(byBytes).join(";");
  return `${parts.flatMap((part) => part.found.map((team) => team.id)).join(";")} ${codes}`;
}

function fitting({ teams }, { demand, visit }, barred) {
  return teams.filter(
    (team) =>
      !team.reserve &&
      team.department === demand.department &&
      meets(team.officers, demand) &&
      nobodyBarred(team.officers, barred(visit.firm)),
  );
}

function inLot(roll, { visit }, teams) {
  const lot = (team) => roll.lot("match", visit.firm, team.id);
  return [...teams].sort((a, b) => byBytes(lot(a), lot(b)));
}

/** Rule (2): first some most even way, then for each part in order the first team that a most even way leaves it. */
function matchEvenly(parts, byAbility) {
  const ability = new Map();
  for (const part of parts) for (const team of part.fit) ability.set(team, byAbility ? (ability.get(team) ?? 0) + 1 : 0);
  for (const part of parts) add(parts, part);
  while (favour(parts, ability));
  parts.forEach((part, i) => {
    const later = parts.slice(i + 1);
    for (const team of part.fit) {
      if (team === part.found[0] || swap(later, part, team, ability)) break;
    }
  });
}

/** Gives a part a team, moving others so that loads stay as even as they can be. */
function add(parts, part) {
  const placed = parts.filter((other) => other.found.length > 0);
  const reached = reach(placed, part.fit);
  const least = Math.min(...[...reached.keys()].map((team) => team.load));
  const end = [...reached.keys()].find((team) => team.load === least);
  follow(reached, end, part);
}

/** Gives an abler team the part that a less able one has more, where a chain leads there; whether there was one. */
function favour(parts, ability) {
  for (const start of ability.keys()) {
    const reached = reach(parts, [start]);
    const end = [...reached.keys()].find((team) => start.load === team.load + 1 && ability.get(team) > ability.get(start));
    if (end === undefined) continue;
    shift(reached, end, start);
    return true;
  }
  return false;
}

/** Teams reached by chains from some, each with the part that moves there and from where. */
function reach(parts, starts) {
  const reached = new Map(starts.map((team) => [team, null]));
  for (const from of reached.keys()) {
    for (const part of parts) {
      if (part.found[0] !== from) continue;
      for (const team of part.fit) if (!reached.has(team)) reached.set(team, { part, from });
    }
  }
  return reached;
}

/** Moves parts along a chain to its end; a part that enters takes the chain's first team. */
function follow(reached, end, entering) {
  let team = end;
  team.load += 1;
  for (let step = reached.get(team); step !== null; step = reached.get(team)) {
    step.part.found = [team];
    team = step.from;
  }
  if (entering) entering.found = [team];
  return team;
}

/** Moves a part to another team if the parts after it can make the loads as even again; whether they can. */
function swap(later, part, team, ability) {
  const own = part.found[0];
  const from = reach(later, [team]);
  if (from.has(own)) {
    move(part, team, own);
    shift(from, own, team);
    return true;
  }
  for (const end of from.keys()) {
    for (const start of new Set([own, ...later.map((other) => other.found[0])])) {
      const alike = start.load === end.load + 1 && ability.get(start) === ability.get(end);
      const chain = alike ? reach(later, [start]) : undefined;
      if (!chain?.has(own)) continue;
      move(part, team, own);
      shift(chain, own, start);
      shift(from, end, team);
      return true;
    }
  }
  return false;
}

function move(part, team, own) {
  part.found = [team];
  team.load += 1;
  own.load -= 1;
}

/** Moves parts along a chain from its start to its end: one more there, one less here. */
function shift(reached, end, start) {
  if (end === start) return;
  follow(reached, end, undefined);
  start.load -= 1;
}

/** Rules (3) and (4): a part that fits no team of its district or of the bureau. */
export function matchLeft(work, part) {
  if (take(work, part, work.barred, [])) return;
  if (!take(work, part, work.yielding, ["repeated"])) part.codes = ["unmet"];
}

function take(work, part, barred, codes) {
  const fit = fitting(work, part, barred);
  const own = fit.filter((team) => team.district === part.visit.district);
  const bureau = fit.filter((team) => team.district === work.roll.bureau);
  for (const [teams, more] of [[own, []], [bureau, []], [fit, ["borrowed"]]]) {
    if (teams.length === 0) continue;
    const least = Math.min(...teams.map((team) => team.load));
    give(part, [inLot(work.roll, part, teams).find((team) => team.load === least)], [...codes, ...more]);
    return true;
  }
  const together = gathered(work, part, barred);
  if (together) give(part, together, [...codes, "direct"]);
  return together !== undefined;
}

function give(part, teams, codes) {
  for (const team of teams) team.load += 1;
  part.found = teams;
  part.codes = codes;
}

/** Several teams and reserves that meet a demand together, as few as leaving out from the last can make them. */
function gathered(work, part, barred) {
  const out = barred(part.visit.firm);
  const going = (team) => team.officers.filter((officer) => !out.has(officer.officer_id));
  const enough = (teams) => meets(teams.flatMap(going), part.demand);
  const all = work.teams.filter((team) => team.department === part.demand.department);
  const own = all.filter((team) => team.district === part.visit.district);
  const bureau = all.filter((team) => [part.visit.district, work.roll.bureau].includes(team.district));
  const start = [own, bureau, all].find(enough);
  if (start === undefined) return undefined;
  let teams = inLot(work.roll, part, start).filter((team) => going(team).length > 0);
  for (const team of [...teams].reverse()) {
    const rest = teams.filter((other) => other !== team);
    if (enough(rest)) teams = rest;
  }
  const leading = teams.find((team) => going(team).some((officer) => officer.lead_qualified === "1"));
  return [leading, ...teams.filter((team) => team !== leading)];
}
