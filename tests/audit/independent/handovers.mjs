// Section 8.14 of docs/draw-specification.md: firms that give way after officers were drawn, and who visits who came.
import { matchLeft } from "./matching.mjs";
import { differs } from "./report.mjs";
import { Bench } from "./replacements.mjs";
import { districtsOf, listed } from "./year.mjs";

/** Claims on turn and time of handovers, and on the visits of who came. */
export function checkHandovers(group, roll, demands) {
  if (!roll.draw.has("handovers.tsv")) return;
  group.check("8.14", "the last firms that gave way did so in turn, before their visits", () => inTurn(roll));
  group.check("8.14", "who came is visited by the teams and on the day that follow", () => visitsFollow(roll, demands));
  group.leave("8.14", "the visits were not held yet", "no record proves it");
}

/** Rows of handovers.tsv with what substitutes.tsv says of them. */
function handovers(draw) {
  const told = new Map(draw.get("substitutes.tsv").map((row) => [row.number, row]));
  return draw.get("handovers.tsv").map((row) => ({ ...row, told: told.get(row.number), replaced: Number(row.replaced) }));
}

/** Day on which each firm's visit is after all its moves. */
function daysNow(draw) {
  const days = new Map();
  for (const name of ["visits.tsv", "handovers.tsv"]) {
    for (const row of draw.get(name)) days.set(row.firm_id ?? row.firm_in, row.visit_on);
  }
  if (draw.has("moves.tsv")) for (const row of draw.get("moves.tsv")) days.set(row.firm_id, row.moved_to);
  return days;
}

function* inTurn({ draw, document, bureau }) {
  const rows = handovers(draw);
  if (rows.length === 0) yield "there is no row";
  const last = draw.get("substitutes.tsv").slice(-rows.length).map((row) => row.number);
  yield* differs("numbers", last.join(" "), rows.map((row) => row.number).join(" "));
  const places = document.places ?? [];
  if (places.length > 0 && !places.some(({ district }) => district === bureau)) yield "not all places have drawn";
  const drawnOn = [document.drawn_on, ...places.map((place) => place.drawn_on)].sort().at(-1);
  const officers = draw.has("replacements.tsv") ? draw.get("replacements.tsv") : [];
  const days = daysNow(draw);
  let replaced = 0;
  for (const row of rows) {
    if (row.told === undefined) continue; // the numbers say so
    yield* differs(`${row.number}, firm_in`, row.told.firm_in, row.firm_in);
    if (row.replaced < replaced || row.replaced > officers.length) yield `${row.number}: replaced is ${row.replaced}`;
    replaced = row.replaced;
    const day = days.get(row.told.firm_out) ?? "";
    const { decided_on: decided } = row.told;
    const [before, after] = [officers[row.replaced - 1], officers[row.replaced]];
    if (before?.decided_on > decided || after?.decided_on < decided) yield `${row.number}: not in turn with officers`;
    if (decided < drawnOn || (day !== "" && decided >= day)) yield `${row.number}: decided on ${decided}, visit on ${day}`;
  }
}

function* visitsFollow(roll, demands) {
  const bench = new Bench(roll, demands);
  const officers = roll.draw.has("replacements.tsv") ? roll.draw.get("replacements.tsv") : [];
  const days = daysNow(roll.draw);
  let done = 0;
  for (const row of handovers(roll.draw)) {
    for (; done < row.replaced && done < officers.length; done += 1) {
      if (bench.replace(officers[done]) !== undefined) return; // 8.10 says so
    }
    const slot = bench.visits.find((visit) => visit.firm_id === row.told?.firm_out);
    if (slot === undefined) {
      yield `${row.number}: ${row.told?.firm_out} has no visit that stands`;
      return;
    }
    bench.visits = bench.visits.filter((visit) => visit !== slot);
    if (row.firm_in !== "" && !bench.packages.has(row.firm_in)) {
      yield `${row.number}: ${row.firm_in} was not added`;
      return;
    }
    const found = row.firm_in === "" ? { teams: [], codes: [] } : whoGoes(roll, demands, bench, row, slot);
    const day = found.teams.length === 0 ? "" : days.get(slot.firm_id);
    const text = `${found.teams.join(";")} ${day} ${found.codes.join(";")}`;
    const before = [...differs(row.number, text, `${row.team_id} ${row.visit_on} ${row.exception}`)];
    yield* before;
    if (before.length > 0) return;
    if (row.firm_in !== "") bench.take(row);
  }
}

function whoGoes(roll, demands, bench, { firm_in: firm }, slot) {
  const districts = districtsOf(roll.draw);
  const codes = listed(slot.exception);
  const [barred, yielding] = bench.barred;
  const going = slot.teams.flatMap((id) => bench.teams.get(id)?.officers ?? []);
  const free = going.every((officer) => !barred(firm).has(officer.officer_id));
  const near = districts.get(firm) === districts.get(slot.firm_id);
  if (slot.teams.length > 0 && !codes.includes("unmet") && near && free) {
    return { teams: slot.teams, codes: codes.filter((code) => code !== "repeated") };
  }
  const load = (id) => bench.visits.filter((visit) => visit.teams.includes(id)).length;
  const teams = [...bench.teams.values()].map((team) => ({ ...team, load: load(team.id) }));
  const visit = { firm, district: districts.get(firm) };
  const parts = demands.of(bench.packages.get(firm)).map((demand) => ({ visit, demand, found: [], codes: [] }));
  for (const part of parts) matchLeft({ roll, teams, barred, yielding }, part);
  return {
    teams: parts.flatMap((part) => part.found.map((team) => team.id)),
    codes: [...new Set(parts.flatMap((part) => part.codes))].sort(),
  };
}
