// Section 7.1 of docs/draw-specification.md: firms that were gone before the base date, and who came in their places.
import { selected, strataInOrder } from "./firms.mjs";
import { differs, setsDiffer } from "./report.mjs";

/** Claims on who was withdrawn and who was added; an audit record tells them one after the other. */
export function checkGaveWay(group, record, draw) {
  group.check("7.1", "who was withdrawn stood on the list, and others of the pool came for the same", function* () {
    const pool = new Set(draw.get("pool.tsv").map((row) => row.firm_id));
    const drawn = new Map(draw.get("drawn.tsv").map((row) => [row.firm_id, row]));
    const added = new Map(draw.get("added.tsv").map((row) => [row.firm_id, row]));
    const gone = draw.get("withdrawn.tsv").map((row) => row.firm_id);
    for (const firm of gone) if (!drawn.has(firm) && !added.has(firm)) yield `${firm} was not on the list`;
    for (const firm of added.keys()) if (drawn.has(firm) || !pool.has(firm)) yield `${firm} was drawn, or is not in the pool`;
    const kind = (row) => `${row.package} ${row.counting}`;
    const free = gone.map((firm) => drawn.get(firm) ?? added.get(firm)).filter(Boolean).map(kind);
    const first = new Set(gone.filter((firm) => drawn.has(firm)).map((firm) => kind(drawn.get(firm))));
    if (gone.length === 0) yield "nobody went";
    for (const [firm, row] of added) {
      const place = free.indexOf(kind(row));
      if (place < 0 || !first.has(kind(row))) yield `${firm} came for ${kind(row)}, which nobody left`;
      else free.splice(place, 1);
    }
  });
  if (record.kind === "audit") checkOneByOne(group, record, draw);
  else if (draw.open) {
    group.check("7.1", "who came has the next tickets", function* () {
      const added = draw.get("added.tsv").map((row) => row.firm_id);
      const first = draw.get("drawn.tsv").length;
      const next = (strataInOrder(draw).get("open") ?? []).slice(first, first + draw.get("withdrawn.tsv").length); // fewer where none is left
      yield* setsDiffer("added", new Set(next), new Set(added));
    });
  } else group.leave("7.1", "who came has the next tickets", "salts and strata are not public");
  group.leave("7.1", "who was withdrawn was gone", "no record proves it");
}

function checkOneByOne(group, record, draw) {
  group.check("7.1", "the history is whole, in time, and that of the two lists", function* () {
    const rows = draw.get("substitutes.tsv");
    const officers = draw.find("officers.json");
    const first = officers ? [officers.drawn_on, ...(officers.places ?? []).map((place) => place.drawn_on)].sort()[0] : "9999-12-31";
    const late = new Set(draw.has("handovers.tsv") ? draw.get("handovers.tsv").map((row) => row.number) : []); // 8.14 is about those
    let day = draw.get("ceremony.json").drawn_on;
    const listed = new Set(draw.get("drawn.tsv").map((row) => row.firm_id));
    for (const [i, row] of rows.entries()) {
      if (Number(row.number) !== i + 1) yield `${row.number}: expected ${i + 1}`;
      if (row.decided_on < day || (!late.has(row.number) && row.decided_on > first)) yield `${row.number}: decided on ${row.decided_on}`;
      if (row.gone_on >= record.get("year.json").base_date) yield `${row.number}: gone on ${row.gone_on}`;
      if (!listed.delete(row.firm_out)) yield `${row.number}: ${row.firm_out} is not on the list`;
      if (row.firm_in) listed.add(row.firm_in);
      day = row.decided_on;
    }
    const pairs = (all, out) => new Set(all.map((row) => `${row[out]} ${row.reason}`));
    yield* setsDiffer("withdrawn", pairs(rows, "firm_out"), pairs(draw.get("withdrawn.tsv"), "firm_id"));
    yield* setsDiffer("added", new Set(rows.map((row) => row.firm_in).filter(Boolean)), new Set(draw.get("added.tsv").map((row) => row.firm_id)));
  });
  group.check("7.1", "each who came has the next ticket of the stratum", function* () {
    const order = strataInOrder(draw);
    const places = new Map([...draw.get("drawn.tsv"), ...draw.get("added.tsv")].map((row) => [row.firm_id, row]));
    const strata = new Map([...selected(draw)].map(([firm, row]) => [firm, row.stratum]));
    const taken = new Map();
    for (const stratum of strata.values()) taken.set(stratum, (taken.get(stratum) ?? 0) + 1);
    for (const row of draw.get("substitutes.tsv")) {
      const stratum = strata.get(row.firm_out);
      if (stratum === undefined) return; // the history says so
      const next = order.get(stratum)[taken.get(stratum)] ?? "";
      if (row.firm_in !== next) {
        yield `${row.number}: expected ${next || "nobody"}, found ${row.firm_in || "nobody"}`;
        return;
      }
      if (!next) continue;
      for (const key of ["package", "counting"]) yield* differs(`${row.number}, ${key}`, places.get(row.firm_out)?.[key], places.get(row.firm_in)?.[key]);
      taken.set(stratum, taken.get(stratum) + 1);
      strata.set(row.firm_in, stratum);
    }
  });
}
