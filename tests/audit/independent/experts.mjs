// Section 8.12 of docs/draw-specification.md: experts who join visits whose items ask for one.
import { byBytes } from "./hashing.mjs";
import { setsDiffer } from "./report.mjs";
import { districtsOf, listed } from "./year.mjs";

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

function expected(roll, asked) {
  const packages = new Map(roll.draw.current().map((row) => [row.firm_id, row.package]));
  const experts = [...roll.roster.values()].filter((officer) => officer.expert === "1" && officer.active === "1");
  const districts = districtsOf(roll.draw);
  const barred = roll.barred();
  const rows = [];
  const onLeave = leave(roll);
  for (const { firm_id: firm, team_id: team, visit_on: day } of roll.draw.get("visits.tsv")) {
    if (team === "") continue;
    const tasks = listed(packages.get(firm) ?? "", "+").map((id) => roll.tasks.get(id)).filter(Boolean);
    const items = tasks.flatMap((task) => listed(task.item_ids)).filter((id) => Object.hasOwn(asked, id));
    const going = new Set();
    for (const speciality of [...new Set(items.map((id) => asked[id]))].sort(byBytes)) {
      const able = experts.filter(
        (officer) => (speciality === "" || officer.skills.includes(speciality)) && !barred(firm).has(officer.officer_id)
          && !onLeave.has(`${officer.officer_id} ${day}`),
      );
      const rank = (officer) => {
        if (going.has(officer.officer_id)) return 0;
        return 1 + [districts.get(firm), roll.bureau, officer.district].indexOf(officer.district);
      };
      const lot = (officer) => roll.lot("expert", firm, officer.officer_id);
      const [first] = able.sort((a, b) => rank(a) - rank(b) || byBytes(lot(a), lot(b)));
      if (first) going.add(first.officer_id);
      rows.push({ firm_id: firm, speciality, officer_id: first?.officer_id ?? "" });
    }
  }
  return rows;
}

/** Officer and day of the rows of calendar.tsv that leave no visit; they say nothing of experts before format 4. */
function leave(roll) {
  if (roll.document.format < 4) return new Set();
  const rows = roll.draw.get("calendar.tsv").filter((row) => row.visits === "0");
  return new Set(rows.map((row) => `${row.officer_id} ${row.day}`));
}
