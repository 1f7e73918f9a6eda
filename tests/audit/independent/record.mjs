// Section 2 of docs/draw-specification.md: the folder, its manifest, and which files a draw has.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { Malformed, documentBytes, parseDocument, parseTable } from "./canonical.mjs";
import { sha256 } from "./hashing.mjs";
import { checkPolicyTypes } from "./policy.mjs";
import { Unreadable, differs, setsDiffer } from "./report.mjs";
import { DOCUMENTS, TABLES, checkDocument, checkRows, sealedNames } from "./shapes.mjs";
import { parseToml } from "./toml.mjs";

/** Files of a folder by path. */
export function readFolder(folder) {
  const files = new Map();
  const walk = (path) => {
    for (const name of readdirSync(join(folder, path))) {
      const inner = path === "" ? name : `${path}/${name}`;
      if (statSync(join(folder, inner)).isDirectory()) walk(inner);
      else files.set(inner, readFileSync(join(folder, inner)));
    }
  };
  walk("");
  return files;
}

/** A record: its bytes, and what they say where they are well formed. */
export class Record {
  constructor(files) {
    this.files = files;
    this.parsed = new Map();
    this.wrong = new Map();
    for (const [path, bytes] of files) this.parse(path, bytes);
  }

  parse(path, bytes) {
    const name = path.split("/").at(-1);
    try {
      if (name in TABLES) {
        const rows = parseTable(bytes, TABLES[name].columns.map((column) => column.name), TABLES[name].ordered ?? true);
        checkRows(name, rows);
        this.parsed.set(path, rows);
      } else if (name in DOCUMENTS) {
        const content = parseDocument(bytes);
        checkDocument(name, content);
        this.parsed.set(path, content);
      } else if (name === "policy.toml") {
        const policy = parseToml(bytes);
        checkPolicyTypes(policy);
        this.parsed.set(path, policy);
      }
    } catch (error) {
      // brackets that are nested too deep exhaust the stack
      if (!(error instanceof Malformed || error instanceof RangeError)) throw error;
      this.wrong.set(path, error.message);
    }
  }

  has(path) {
    return this.files.has(path);
  }

  bytes(path) {
    if (!this.files.has(path)) throw new Unreadable(`${path} is not in the record`);
    return this.files.get(path);
  }

  /** Content of a table or document. */
  get(path) {
    if (!this.parsed.has(path)) throw new Unreadable(`${path} is missing or malformed`);
    return this.parsed.get(path);
  }

  /** Content, or nothing where there is none. */
  find(path) {
    return this.parsed.get(path);
  }

  get kind() {
    return this.find("manifest.json")?.kind ?? "public";
  }

  /** Whether the manifest names a key by which the record is signed. */
  get signed() {
    return this.find("manifest.json")?.public_key !== undefined;
  }

  /** Ids of the folders of draws, ascending. */
  drawIds() {
    const ids = [...this.files.keys()].filter((path) => path.startsWith("draws/")).map((path) => path.split("/")[1]);
    return [...new Set(ids)].sort();
  }

  draws() {
    return this.drawIds().map((id) => new Draw(this, id));
  }
}

/** One draw of a record. */
export class Draw {
  constructor(record, id) {
    this.record = record;
    this.id = id;
    [, this.round, this.attempt] = /^[0-9]{4}-(X?[0-9]+)-([0-9]+)$/.exec(id) ?? [];
  }

  path(name) {
    return `draws/${this.id}/${name}`;
  }

  has(name) {
    return this.record.has(this.path(name));
  }

  get(name) {
    return this.record.get(this.path(name));
  }

  find(name) {
    return this.record.find(this.path(name));
  }

  bytes(name) {
    return this.record.bytes(this.path(name));
  }

  get external() {
    return (this.round ?? "").startsWith("X");
  }

  get voided() {
    return this.find("ceremony.json")?.status === "voided";
  }

  /** Whether firms were drawn, voided afterwards or not. */
  get drawn() {
    const ceremony = this.find("ceremony.json");
    return ceremony !== undefined && (ceremony.status === "drawn" || ceremony.drawn_on !== "");
  }

  /** Whether the commitment seals the programme and who was inspected lately. */
  get sealsProgramme() {
    return Object.hasOwn(this.find("commitment.json")?.sealed ?? {}, "programme-columns.tsv");
  }

  get open() {
    return this.find("commitment.json")?.kind === "open";
  }

  /** The list as it stands: without who was withdrawn, with who was added (7.1). */
  current() {
    if (!this.has("withdrawn.tsv") && !this.has("added.tsv")) return this.get("drawn.tsv");
    const gone = new Set(this.get("withdrawn.tsv").map((row) => row.firm_id));
    return [...this.get("drawn.tsv"), ...this.get("added.tsv")].filter((row) => !gone.has(row.firm_id));
  }

  /** The list that officers were drawn for: as it stood before the firms gave way that handovers.tsv names (8.14). */
  listed() {
    if (!this.has("handovers.tsv")) return this.current();
    const late = new Set(this.get("handovers.tsv").map((row) => row.number));
    const rows = [...this.get("drawn.tsv"), ...this.get("added.tsv")];
    const standing = new Set(this.get("drawn.tsv").map((row) => row.firm_id));
    for (const row of this.get("substitutes.tsv")) {
      if (late.has(row.number)) break;
      standing.delete(row.firm_out);
      if (row.firm_in) standing.add(row.firm_in);
    }
    return rows.filter((row) => standing.has(row.firm_id));
  }

  /** The task list that binds the draw: the one frozen, where it is in the record. */
  list(name) {
    return this.has(name) ? this.get(name) : this.record.get(name);
  }
}

/** Claims on manifest, forms and presence of files. */
export function checkFiles(group, record) {
  const manifest = record.find("manifest.json");
  group.check("1.3, 1.4", "every document and table has its canonical form", function* () {
    const expected = expectedFiles(record, manifest?.kind === "audit");
    for (const [path, problem] of record.wrong) if (expected.has(path)) yield `${path}: ${problem}`;
  });
  group.check("2", "the manifest lists the files there are", function* () {
    if (!record.has("manifest.json")) yield "manifest.json is missing";
    const listed = new Set(Object.keys(record.get("manifest.json").files));
    const beside = record.signed ? ["manifest.json", "signature.json"] : ["manifest.json"];
    const found = new Set([...record.files.keys()].filter((path) => !beside.includes(path)));
    yield* setsDiffer("files", listed, found);
  });
  group.check("2", "every file has the digest listed", function* () {
    for (const [path, digest] of Object.entries(record.get("manifest.json").files)) {
      if (record.has(path)) yield* differs(path, digest, sha256(record.bytes(path)));
    }
  });
  group.check("2", "the manifest carries its own digest", function* () {
    const { record_digest: digest, ...rest } = record.get("manifest.json");
    yield* differs("record_digest", sha256(documentBytes(rest)), digest);
  });
  group.check("2", "the files are those that the draws ask for", function* () {
    const unlisted = record.signed ? ["signature.json"] : []; // whose absence is a claim of 2.1
    yield* setsDiffer("files", expectedFiles(record, manifest?.kind === "audit"), new Set([...record.files.keys(), ...unlisted]));
  });
}

function expectedFiles(record, audit) {
  const files = new Set(["manifest.json", "year.json", "items.tsv", "tasks.tsv"]);
  if (audit) files.add("log.tsv");
  if (audit && record.has("verify.py")) files.add("verify.py");
  if (record.signed) files.add("signature.json");
  const named = record.draws().some((draw) => draw.find("commitment.json")?.draw_log_head !== undefined);
  if (named || record.has("draw-log.tsv")) files.add("draw-log.tsv");
  for (const draw of record.draws()) {
    if (draw.round === undefined) continue;
    for (const name of filesOfDraw(draw, audit)) files.add(draw.path(name));
    for (const name of optionalFiles(draw, audit)) if (draw.has(name)) files.add(draw.path(name));
  }
  return files;
}

function filesOfDraw(draw, audit) {
  if (draw.external) return ["ceremony.json", "drawn.tsv", ...officersFiles(draw, audit)];
  const names = ["commitment.json", "pool.tsv"];
  if (!draw.has("ceremony.json")) return names;
  names.push("ceremony.json");
  if (audit) names.push("secret.json", ...sealedNames(draw.find("commitment.json")));
  if (!draw.drawn) return names;
  names.push("drawn.tsv");
  const gaveWay = ["added.tsv", "withdrawn.tsv", ...(audit ? ["substitutes.tsv"] : [])];
  if (gaveWay.some((name) => draw.has(name))) names.push(...gaveWay);
  if (audit) names.push("quotas.tsv", "selected.tsv", ...officersFiles(draw, audit));
  return names;
}

function officersFiles(draw, audit) {
  const all = ["officers.json", "teams.tsv", "visits.tsv"];
  if (!audit || !all.some((name) => draw.has(name))) return [];
  return draw.find("officers.json")?.format > 1 ? [...all, "calendar.tsv", "towns.tsv"] : all;
}

function optionalFiles(draw, audit) {
  const names = draw.drawn ? ["results.tsv"] : [];
  if (audit && draw.has("officers.json")) names.push("moves.tsv");
  if (audit && draw.find("officers.json")?.format > 1) names.push("replacements.tsv", ...(draw.external ? [] : ["handovers.tsv"]));
  if (audit && draw.find("officers.json")?.format > 2) names.push("experts.tsv", "expert-replacements.tsv");
  return names;
}
