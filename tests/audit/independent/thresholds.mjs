// Section 7.2 of docs/draw-specification.md: the greatest ticket drawn in each stratum, under one root in the ceremony.
import { seedOf } from "./commitment.mjs";
import { selected } from "./firms.mjs";
import { H, K, byBytes, leafDigest, merkleRoot, message } from "./hashing.mjs";
import { saltOf } from "./pool.mjs";
import { differs } from "./report.mjs";

/** Claim on the root over thresholds: of an open round everybody computes it, of a targeted one an audit record opens it. */
export function checkThresholds(group, record, draw) {
  const said = draw.find("ceremony.json")?.outcome_root;
  if (said === undefined) return;
  const text = "the ceremony binds the threshold of every stratum";
  if (draw.open) group.check("7.2", text, () => differs("outcome_root", rootOver([openLeaf(draw)]), said));
  else if (record.kind === "audit") group.check("7.2", text, () => differs("outcome_root", rootOver(targetedLeaves(draw)), said));
  else group.leave("7.2", text, "tickets and strata are not public");
}

function rootOver(leaves) {
  return H("outcome", String(leaves.length), merkleRoot(leaves.sort(byBytes)));
}

function openLeaf(draw) {
  const seed = seedOf(draw);
  const tickets = draw.get("pool.tsv").map(({ firm_id: firm }) => H("ticket", seed, firm)).sort(byBytes);
  return leafOf(draw, "open", "", tickets.slice(0, draw.get("commitment.json").counting_visits).at(-1) ?? "");
}

function targetedLeaves(draw) {
  const seed = seedOf(draw);
  const salt = saltOf(draw);
  const key = Buffer.from(draw.get("secret.json").secret, "hex");
  const greatest = new Map(draw.get("allocation.tsv").map(({ stratum }) => [stratum, ""]));
  for (const [firm, { stratum }] of selected(draw)) {
    const ticket = H("ticket", seed, salt(firm), firm);
    if (ticket > greatest.get(stratum)) greatest.set(stratum, ticket);
  }
  return [...greatest].map(([stratum, ticket]) => leafOf(draw, stratum, K(key, "threshold-nonce", draw.id, stratum), ticket));
}

function leafOf(draw, stratum, nonce, ticket) {
  return leafDigest(message("threshold", draw.id, stratum, nonce, ticket));
}
