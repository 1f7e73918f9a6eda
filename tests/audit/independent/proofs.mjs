// Section 9.2 of docs/draw-specification.md: a firm's proof.
import { createHash } from "node:crypto";

import { Malformed, documentBytes, parseDocument } from "./canonical.mjs";
import { checkAnnounced, checkOpening, checkSpoken, checkUndrawn, seedOf } from "./commitment.mjs";
import { H, byBytes, ascending, leafDigest, message, sha256 } from "./hashing.mjs";
import { Report, differs } from "./report.mjs";
import { checkDocument, checkProof } from "./shapes.mjs";

/** The draws of a proof, told as those of a record are. */
class ProvenDraw {
  constructor(entry) {
    this.entry = entry;
    this.id = entry.draw_id;
    this.documents = { "commitment.json": entry.commitment, "ceremony.json": entry.ceremony };
  }

  find(name) {
    return this.documents[name];
  }

  get(name) {
    return this.documents[name];
  }

  has(name) {
    return Object.hasOwn(this.documents, name);
  }

  bytes(name) {
    return documentBytes(this.documents[name]);
  }

  get open() {
    return this.entry.commitment.kind === "open";
  }

  get drawn() {
    return this.entry.ceremony.status === "drawn" || this.entry.ceremony.seed !== "";
  }
}

/** All claims on the bytes of a proof; the draws in it besides, for anchors. */
export function verifyProof(bytes) {
  const report = new Report();
  let proof;
  report.group("proof").check("9.2", "the proof is in its form", function* () {
    try {
      proof = readProof(bytes);
    } catch (error) {
      if (!(error instanceof Malformed || error instanceof RangeError)) throw error;
      yield error.message;
    }
  });
  if (proof === undefined) return { report, draws: [] };
  if (proof.format > 1) {
    report.group("proof").check("9.2", "the proof carries its own digest", () => {
      const { proof_digest: digest, ...rest } = proof;
      return differs("proof_digest", sha256(documentBytes(rest)), digest);
    });
  }
  const draws = proof.draws.map((entry) => new ProvenDraw(entry));
  report.group("proof").check("9.2", "the draws ascend, one at least, and were drawn", function* () {
    if (proof.draws.length === 0) yield "no draw";
    if (!ascending(draws.map((draw) => draw.id))) yield "the draws do not ascend";
    for (const draw of draws) if (!draw.drawn) yield `${draw.id} was not drawn`;
  });
  for (const draw of draws) checkDraw(report.group(draw.id), proof, draw);
  return { report, draws, year: proof.year };
}

function readProof(bytes) {
  const proof = parseDocument(bytes);
  checkProof(proof);
  for (const { commitment, ceremony } of proof.draws) {
    checkDocument("commitment.json", commitment);
    checkDocument("ceremony.json", ceremony);
  }
  return proof;
}

function checkDraw(group, proof, draw) {
  const { commitment, ceremony } = draw.entry;
  group.check("4", "the commitment is that of the bureau, the year and the draw", function* () {
    yield* differs("bureau", proof.bureau, commitment.bureau);
    yield* differs("year", proof.year, commitment.year);
    yield* differs("draw_id", draw.id, commitment.draw_id);
  });
  checkAnnounced(group, draw);
  checkOpening(group, draw);
  if (draw.drawn) checkSpoken(group, draw);
  else checkUndrawn(group, draw);
  group.check("3.3", "the firm's leaf is in the pool", () => checkPool(proof.firm_id, draw));
  group.check("7", "the firm's ticket is the one that seed and salt give", () => checkTicket(proof.firm_id, draw));
  if (ceremony.drawn_root === undefined && draw.entry.rows.length === 0) {
    group.leave("9.2", "the outcome is that of the list", "the ceremony has no drawn_root");
  } else group.check("9.2", "the outcome is that of the list", () => checkRows(proof.firm_id, draw));
  if (draw.entry.chance === null) group.leave("9.2", "the chance is that of the stratum sealed", "it was not opened");
  else group.check("9.2", "the chance is that of the stratum sealed", () => checkChance(draw));
  checkThreshold(group, proof, draw);
}

function* checkPool(firm, draw) {
  const { outcome, pool, opened, commitment } = draw.entry;
  if ((pool === null) !== (outcome === "not_in_pool")) yield `${outcome}, ${pool === null ? "without" : "with"} a place in the pool`;
  if ((opened !== null) !== (pool !== null && !draw.open)) yield "salt and seal stand in the pool of a targeted round, and only there";
  else if (pool !== null) {
    const fields = draw.open ? [] : [opened.salt, opened.stratum_seal];
    const leaf = leafDigest(message("leaf", draw.id, firm, ...fields));
    yield* differs("root", commitment.pool.root, rootOfPath(leaf, pool.index, commitment.pool.num_firms, pool.path));
  }
}

function* checkTicket(firm, draw) {
  const { pool, ticket } = draw.entry;
  yield* differs("ticket", pool === null ? "" : ticketOf(firm, draw), ticket);
}

/** The firm's ticket; undefined where no salt gives one. */
function ticketOf(firm, draw) {
  const { opened } = draw.entry;
  if (draw.open) return H("ticket", seedOf(draw), firm);
  return opened === null ? undefined : H("ticket", seedOf(draw), opened.salt, firm);
}

function* checkRows(firm, draw) {
  const { outcome, rows, ceremony } = draw.entry;
  const { num_drawn: size, drawn_root: root } = ceremony;
  if (root === undefined) yield "rows, although the ceremony has no drawn_root";
  for (const { index, row, path } of rows) {
    yield* differs(`row ${index}`, root, rootOfPath(leafDigest(Buffer.from(row, "utf8")), index, size, path));
  }
  const firms = rows.map(({ row }) => row.split("\t")[0]);
  const places = rows.map(({ index }) => BigInt(index));
  if (outcome === "drawn") {
    if (firms.length !== 1 || firms[0] !== firm) yield "expected the firm's own row";
  } else yield* checkGap(firm, firms, places, BigInt(size), root);
}

/** That a firm stands nowhere: between rows next to each other, before the first, behind the last, or on an empty list. */
function* checkGap(firm, firms, places, size, root) {
  const last = size - 1n;
  if (firms.length === 0) {
    if (size !== 0n) yield "no neighbours";
    else yield* differs("drawn_root", createHash("sha256").digest("hex"), root);
  } else if (firms.length === 1) {
    const before = byBytes(firm, firms[0]) < 0 && places[0] === 0n;
    const behind = byBytes(firms[0], firm) < 0 && places[0] === last;
    if (!before && !behind) yield `${firms[0]} is not at the end of the list where the firm would stand`;
  } else {
    const between = byBytes(firms[0], firm) < 0 && byBytes(firm, firms[1]) < 0;
    if (firms.length > 2 || !between || places[1] !== places[0] + 1n) yield "not the rows before and after the firm's place";
  }
}

function* checkChance(draw) {
  const { chance, pool, opened } = draw.entry;
  if (pool === null) yield "no leaf seals a chance";
  else if (draw.open) {
    yield* differs("stratum", "open", chance.stratum);
    yield* differs("stratum_nonce", "", chance.stratum_nonce);
  } else yield* differs("stratum_seal", H("stratum", chance.stratum_nonce, chance.stratum), opened?.stratum_seal);
}

/** Claims on the threshold of the firm's stratum (7.2), which a proof of format 1 does not have. */
function checkThreshold(group, proof, draw) {
  const { threshold, pool, chance, ceremony, outcome } = draw.entry;
  const text = "the threshold is the one that the ceremony binds";
  const asked = pool !== null && ceremony.outcome_root !== undefined && (draw.open || chance !== null);
  if (proof.format === 1 || (threshold === null && !asked)) {
    group.leave("7.2", text, "it is not opened");
    return;
  }
  group.check("7.2", text, function* () {
    if (threshold === null) yield "it is not there";
    else if (!asked) yield "it is there, and nothing asks for it";
    else {
      const { ticket, nonce, index, size, path } = threshold;
      const leaf = leafDigest(message("threshold", draw.id, draw.open ? "open" : chance.stratum, nonce, ticket));
      if (draw.open && (nonce !== "" || index !== 0 || size !== 1 || path.length > 0)) yield "an open round has one stratum";
      yield* differs("outcome_root", ceremony.outcome_root, H("outcome", String(size), rootOfPath(leaf, index, size, path) ?? ""));
    }
  });
  const own = ticketOf(proof.firm_id, draw);
  if (threshold === null || !asked || own === undefined) return;
  group.check("7.2", "the firm is drawn exactly if its ticket is at most the threshold", function* () {
    if ((own <= threshold.ticket) !== (outcome === "drawn")) yield `${own}, and ${threshold.ticket}`;
  });
}

/** Root that an inclusion proof leads to (RFC 9162 section 2.1.3.2); undefined where it leads to none. */
function rootOfPath(leaf, index, size, path) {
  let place = BigInt(index);
  let last = BigInt(size) - 1n;
  if (place > last) return undefined;
  let node = Buffer.from(leaf, "hex");
  for (const digest of path) {
    if (last === 0n) return undefined;
    const other = Buffer.from(digest, "hex");
    if ((place & 1n) === 1n || place === last) {
      node = parent(other, node);
      while ((place & 1n) === 0n && place !== 0n) {
        place >>= 1n;
        last >>= 1n;
      }
    } else node = parent(node, other);
    place >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? node.toString("hex") : undefined;
}

function parent(left, right) {
  return createHash("sha256").update(Buffer.of(1)).update(left).update(right).digest();
}
