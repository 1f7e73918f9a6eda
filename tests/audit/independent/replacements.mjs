// Section 8.10 of docs/draw-specification.md: who comes in the place of an officer who can no longer go.
import { byBytes } from "./hashing.mjs";
import { meets } from "./demands.mjs";
import { teamList } from "./matching.mjs";
import { differs } from "./report.mjs";
import { listed } from "./year.mjs";

const OBSTACLES = new Set(["inactive", "no_certificate", "recused", "on_leave"]);

/** Claim that every newcomer is the next by lot, those told as passed over aside. */
export function checkReplacements(group, roll, demands) {
  if (!roll.draw.has("replacements.tsv")) return;
  group.check("8.10", "everybody who came is the next by lot who was not passed over", function* () {
    const bench = new Bench(roll, demands);
    const handed = roll.draw.has("handovers.tsv") ? [...roll.draw.get("handovers.tsv")] : [];
    let day = roll.document.drawn_on;
    for (const [i, row] of roll.draw.get("replacements.tsv").entries()) {
      yield* differs("number", String(i + 1).padStart(3, "0"), row.number);
      if (row.decided_on < day) yield `${row.number}: decided on ${row.decided_on}, before ${day}`;
      day = row.decided_on;
      while (handed.length > 0 && Number(handed[0].replaced) <= i) bench.handOver(handed.shift());
      const problem = bench.replace(row);
      if (problem) {
        yield `${row.number}: ${problem}`;
        return;
      }
    }
  });
}

/** Teams and reserves after the rows so far. */
export class Bench {
  constructor(roll, demands) {
    this.roll = roll;
    this.demands = demands;
    this.teams = new Map(teamList(roll, demands).map((team) => [team.id, team]));
    this.visits = roll.draw.get("visits.tsv").map((row) => ({ ...row, teams: listed(row.team_id) }));
    const rows = roll.draw.has("added.tsv") ? [...roll.draw.get("drawn.tsv"), ...roll.draw.get("added.tsv")] : roll.draw.get("drawn.tsv");
    this.packages = new Map(rows.map((row) => [row.firm_id, row.package]));
    this.barred = [roll.barred(), roll.barred(false)];
    this.gone = new Set();
    this.came = new Map();
    this.counters = new Map(
      roll.document.redraws.map(({ district, department, counter }) => [JSON.stringify([district, department]), counter]),
    );
  }

  /** Takes away the visit of the firm that gave way, and counts that of who came (8.14). */
  handOver(row) {
    const out = this.roll.draw.get("substitutes.tsv").find((other) => other.number === row.number)?.firm_out;
    this.visits = this.visits.filter((visit) => visit.firm_id !== out);
    if (row.firm_in !== "") this.take(row);
  }

  /** Counts the visit of who came. */
  take(row) {
    this.visits.push({ ...row, firm_id: row.firm_in, teams: listed(row.team_id) });
  }

  /** Carries out a row; says what is wrong with it, if anything is. */
  replace(row) {
    const team = this.teams.get(row.team_id);
    const out = team?.officers.find((officer) => officer.officer_id === row.officer_out);
    if (team === undefined || team.reserve || out === undefined) return `${row.officer_out} is not in ${row.team_id}`;
    this.gone.add(row.officer_out);
    const order = this.order(team, out);
    const place = order.indexOf(row.officer_in);
    if (place < 0) return `${row.officer_in} may not come`;
    const passed = listed(row.passed_over).map((entry) => entry.split(":"));
    if (passed.some(([, why]) => !OBSTACLES.has(why))) return `passed over: ${row.passed_over}`;
    const names = passed.map(([officer]) => officer).join(";");
    if (names !== order.slice(0, place).join(";")) return `expected ${order[0]}, or those before told as passed over`;
    const newcomer = { ...this.roll.roster.get(row.officer_in), leads: out.leads };
    team.officers = team.officers.map((officer) => (officer === out ? newcomer : officer));
    this.came.set(team.id, [...(this.came.get(team.id) ?? []), row.officer_in]);
    return undefined;
  }

  /** Everybody who may come in the place of an officer, in order. */
  order(team, out) {
    const found = [];
    for (const barred of this.barred) {
      const may = this.roll.eligible.filter((officer) => !found.includes(officer.officer_id) && this.may(team, out, officer, barred));
      found.push(...this.ranked(team, may));
    }
    return found;
  }

  ranked(team, officers) {
    const key = (officer) => {
      const teams = [...this.teams.values()].filter((one) => one.officers.some((other) => other.officer_id === officer.officer_id));
      const inReserve = (district) => teams.some((one) => one.reserve && one.district === district);
      const districts = [team.district, this.roll.bureau];
      const place = districts.findIndex(inReserve);
      const rank = place >= 0 ? place : 2 + (districts.includes(officer.district) ? districts.indexOf(officer.district) : 2);
      const loads = this.visits.filter((visit) => teams.some((one) => visit.teams.includes(one.id))).length;
      const counter = this.counters.get(JSON.stringify([team.district, team.department])) ?? 0;
      return { rank, loads, lot: this.roll.lot("officer", String(counter), officer.officer_id) };
    };
    const keyed = officers.map((officer) => ({ id: officer.officer_id, ...key(officer) }));
    return keyed.sort((a, b) => a.rank - b.rank || a.loads - b.loads || byBytes(a.lot, b.lot)).map(({ id }) => id);
  }

  may(team, out, officer, barred) {
    const id = officer.officer_id;
    if (this.demands.department(officer.department) !== team.department || this.gone.has(id)) return false;
    if (team.officers.some((other) => other.officer_id === id)) return false;
    if (out.leads && officer.lead_qualified !== "1") return false;
    return this.visits.filter((visit) => visit.teams.includes(team.id)).every((visit) => this.enough(team, out, officer, visit, barred));
  }

  /** Whether a newcomer is not barred from a firm, and whoever then goes there meets the demand. */
  enough(team, out, officer, visit, barred) {
    const firm = visit.firm_id;
    if (barred(firm).has(officer.officer_id)) return false;
    const away = this.barred[listed(visit.exception).includes("repeated") ? 1 : 0](firm);
    const going = new Map([[officer.officer_id, officer]]);
    for (const one of visit.teams.map((id) => this.teams.get(id))) {
      if (one === undefined || one.department !== team.department) continue;
      for (const member of one.officers) {
        const stays = one === team && member === out;
        const came = (this.came.get(one.id) ?? []).includes(member.officer_id);
        if (!stays && (came || !away.has(member.officer_id))) going.set(member.officer_id, member);
      }
    }
    if (!this.packages.has(firm)) return true; // that it is not on the list is a claim of 8.14
    const demand = this.demands.of(this.packages.get(firm)).find(({ department }) => department === team.department);
    return demand === undefined || meets([...going.values()], demand);
  }
}
