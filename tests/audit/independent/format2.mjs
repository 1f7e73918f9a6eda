// Section 8 of docs/draw-specification.md by an officers.json of format 2.
import { daysOf } from "./days.mjs";
import { Demands, allDrawn, checkTeams } from "./demands.mjs";
import { checkExperts, checkExpertsWhoGaveWay } from "./experts.mjs";
import { checkHandovers } from "./handovers.mjs";
import { checkMatching } from "./matching.mjs";
import { checkDays } from "./officers.mjs";
import { checkReplacements } from "./replacements.mjs";

/** Claims on officers, days and replacements of format 2. */
export function checkFormat2(group, roll) {
  const demands = new Demands(roll);
  checkTeams(group, roll, demands);
  if (allDrawn(roll)) {
    checkMatching(group, roll, demands);
    checkDays(group, "8.4", roll, () => daysOf(roll));
  } else {
    group.leave("8.3", "every visit goes to the teams that even loads and the lot give it", "not all places have drawn");
  }
  checkReplacements(group, roll, demands);
  checkHandovers(group, roll, demands);
  checkExperts(group, roll);
  checkExpertsWhoGaveWay(group, roll);
}
