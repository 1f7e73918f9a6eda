// Sections 8.12 and 8.13 of docs/draw-specification.md: experts who join visits whose items ask for one.
import { byBytes } from "./hashing.mjs";
import { differs, setsDiffer } from "./report.mjs";
import { districtsOf, listed } from "./year.mjs";

const OBSTACLES = new Set(["inactive", "recused", "leave"]);

/** Claim that the experts are those of the lot. */
export function checkExperts(group, roll) {
  const asked = roll.draw.get("policy.toml").agenda?.experts;
  if (asked === undefined && !roll.draw.has("experts.tsv")) return;
  group.check("8.12", "experts join the visits that ask for them, by lot", function* () {
    const rows = expected(roll, asked ?? {});
    const found = roll.draw.has("experts.tsv") ? roll.draw.get("experts.tsv") : [];
    if (found.length === 0 && roll.draw.has("experts.tsv")) yield "experts.tsv has no row";
    const text = (row) => `${row.firm_id} ${row.speciality} ${row.officer_id}`;
    yield* setsDiffer("experts", new Set(rows.map(text)), new Set(found.map(text)));
  });
}

/** Claim that who comes for an expert who gave way is the next by lot, those told as passed over aside. */
export function checkExpertsWhoGaveWay(group, roll) {
  if (!roll.draw.has("expert-replacements.tsv")) return;
  group.check("8.13", "who comes for an expert who gave way is the next by lot", function* () {
    const order = orderOf(roll);
    const visits = new Map();
    const visitTo = (firm) => {
      if (!visits.has(firm)) visits.set(firm, { coming: new Map(), gone: new Set(), rows: 0, day: roll.document.drawn_on });
      return visits.get(firm);
    };
    for (const row of expected(roll, roll.draw.get("policy.toml").agenda?.experts ?? {})) {
      visitTo(row.firm_id).coming.set(row.speciality, row.officer_id);
    }
    for (const row of roll.draw.get("expert-replacements.tsv")) yield* giveWay(row, visitTo(row.firm_id), order);
  });
}

function* giveWay(row, visit, order) {
  const name = `${row.firm_id} ${row.number}`;
  visit.rows += 1;
  yield* differs(`${name}, number`, String(visit.rows).padStart(3, "0"), row.number);
  if (row.decided_on < visit.day) yield `${name}: decided on ${row.decided_on}, before ${visit.day}`;
  if (row.decided_on > visit.day) visit.day = row.decided_on;
  yield* differs(`${name}, officer_out`, visit.coming.get(row.speciality) || "somebody who comes", row.officer_out);
  visit.gone.add(row.officer_out);
  visit.coming.delete(row.speciality);
  const going = new Set([...visit.coming.values()]);
  const who = order(row.firm_id, row.speciality, going, (id) => !visit.gone.has(id));
  const passed = listed(row.passed_over).map((entry) => {
    const colon = entry.lastIndexOf(":");
    return [entry.slice(0, Math.max(colon, 0)), entry.slice(colon + 1)];
  });
  if (passed.some(([, why]) => !OBSTACLES.has(why))) yield `${name}, passed over: ${row.passed_over}`;
  const told = [...passed.map(([id]) => id), row.officer_in].join(";");
  const right = [...who.slice(0, passed.length), who[passed.length] ?? ""].join(";");
  yield* differs(`${name}, officer_in`, right, told);
  visit.coming.set(row.speciality, row.officer_in);
}

function expected(roll, asked) {
  const came = roll.draw.has("added.tsv") ? roll.draw.get("added.tsv") : [];
  const packages = new Map([...roll.draw.get("drawn.tsv"), ...came].map((row) => [row.firm_id, row.package]));
  const handed = roll.draw.has("handovers.tsv") ? roll.draw.get("handovers.tsv").filter((row) => row.firm_in !== "") : [];
  const visits = [...roll.draw.get("visits.tsv"), ...handed.map((row) => ({ ...row, firm_id: row.firm_in }))];
  const order = orderOf(roll);
  const rows = [];
  const onLeave = leave(roll);
  for (const { firm_id: firm, team_id: team, visit_on: day } of visits) {
    if (team === "") continue;
    const tasks = listed(packages.get(firm) ?? "", "+").map((id) => roll.tasks.get(id)).filter(Boolean);
    const items = tasks.flatMap((task) => listed(task.item_ids)).filter((id) => Object.hasOwn(asked, id));
    const going = new Set();
    for (const speciality of [...new Set(items.map((id) => asked[id]))].sort(byBytes)) {
      const [first] = order(firm, speciality, going, (id) => !onLeave.has(`${id} ${day}`));
      if (first) going.add(first);
      rows.push({ firm_id: firm, speciality, officer_id: first ?? "" });
    }
  }
  return rows;
}

/** Function that tells which experts may come to a firm for a speciality, in order. */
function orderOf(roll) {
  const experts = [...roll.roster.values()].filter((officer) => officer.expert === "1" && officer.active === "1");
  const districts = districtsOf(roll.draw);
  const barred = roll.barred();
  return (firm, speciality, going, free) => {
    const rank = ({ officer_id: id, district }) => {
      if (going.has(id)) return 0;
      return 1 + [districts.get(firm), roll.bureau, district].indexOf(district);
    };
    const lot = (officer) => roll.lot("expert", firm, officer.officer_id);
    return experts
      .filter(({ officer_id: id, skills }) => (speciality === "" || skills.includes(speciality)) && !barred(firm).has(id) && free(id))
      .sort((a, b) => rank(a) - rank(b) || byBytes(lot(a), lot(b)))
      .map((officer) => officer.officer_id);
  };
}

/** Officer and day of the rows of calendar.tsv that leave no visit; they say nothing of experts before format 4. */
function leave(roll) {
  if (roll.document.format < 4) return new Set();
  const rows = roll.draw.get("calendar.tsv").filter((row) => row.visits === "0");
  return new Set(rows.map((row) => `${row.officer_id} ${row.day}`));
}
