// Sections 1.3 and 1.4 of docs/draw-specification.md: documents and tables, read and written.
import { byBytes } from "./hashing.mjs";

const MAX_DOCUMENT = 8_000_000;
const MAX_TABLE = 1_000_000_000;
const MAX_TEXT = 20_000;
const MAX_DEPTH = 64;
const INTEGER_BITS = 62;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** What makes bytes no document or no table. */
export class Malformed extends Error {}

function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed("not UTF-8");
  }
}

/** Reads JSON without floating-point numbers; integers beyond 2^53 become BigInt. */
class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail(expected) {
    throw new Malformed(`expected ${expected} at character ${this.at}`);
  }

  space() {
    while (" \n\r\t".includes(this.text[this.at] ?? "x")) this.at += 1;
  }

  take(mark) {
    this.space();
    if (!this.text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  value(depth) {
    if (depth > MAX_DEPTH) this.fail(`no more than ${MAX_DEPTH} levels`);
    this.space();
    const mark = this.text[this.at];
    if (mark === "{") return this.object(depth);
    if (mark === "[") return this.list(depth);
    if (mark === '"') return this.string();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
      if (this.take(word)) return value;
    }
    return this.integer();
  }

  integer() {
    const found = /-?(0|[1-9][0-9]*)(?![0-9.eE])/y;
    found.lastIndex = this.at;
    const match = found.exec(this.text);
    if (!match) this.fail("a value");
    this.at = found.lastIndex;
    return bounded(match[0]);
  }

  string() {
    const found = /"(?:[^"\\]|\\.)*"/sy;
    found.lastIndex = this.at;
    const match = found.exec(this.text);
    if (!match) this.fail("the end of a text");
    this.at = found.lastIndex;
    let text;
    try {
      text = JSON.parse(match[0]);
    } catch {
      this.fail("a text with known escapes");
    }
    if (!text.isWellFormed()) this.fail("characters that UTF-8 has");
    if ([...text].length > MAX_TEXT) this.fail(`no more than ${MAX_TEXT} characters`);
    return text;
  }

  list(depth) {
    this.take("[");
    const values = [];
    if (this.take("]")) return values;
    do values.push(this.value(depth + 1));
    while (this.take(","));
    if (!this.take("]")) this.fail('"]"');
    return values;
  }

  object(depth) {
    this.take("{");
    const values = new Map();
    if (this.take("}")) return {};
    do {
      this.space();
      if (this.text[this.at] !== '"') this.fail("a key");
      const key = this.string();
      if (values.has(key)) this.fail(`"${key}" only once`);
      if (!this.take(":")) this.fail('":"');
      values.set(key, this.value(depth + 1));
    } while (this.take(","));
    if (!this.take("}")) this.fail('"}"');
    return Object.fromEntries(values);
  }
}

function bounded(digits) {
  if (digits.length > 20) throw new Malformed("an integer beyond 62 bits");
  const big = BigInt(digits);
  if ((big < 0n ? -big : big) >> BigInt(INTEGER_BITS)) throw new Malformed("an integer beyond 62 bits");
  return Number.isSafeInteger(Number(big)) ? Number(big) : big;
}

/** Reads JSON text of any layout. */
export function parseJson(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.space();
  if (reader.at !== text.length) reader.fail("the end");
  return value;
}

function quote(text) {
  // JSON.stringify escapes just what 1.3 escapes, and lone surrogates, which are in no UTF-8
  return JSON.stringify(text);
}

function sortedKeys(value) {
  return Object.keys(value).sort(byBytes);
}

/** JSON text in the layout of 1.3, without the final line feed. */
function layout(value, indent) {
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((one) => `${indent}  ${layout(one, `${indent}  `)}`).join(",\n")}\n${indent}]`;
  }
  if (value !== null && typeof value === "object") {
    const keys = sortedKeys(value);
    if (keys.length === 0) return "{}";
    const lines = keys.map((key) => `${indent}  ${quote(key)}: ${layout(value[key], `${indent}  `)}`);
    return `{\n${lines.join(",\n")}\n${indent}}`;
  }
  return typeof value === "string" ? quote(value) : String(value);
}

/** Bytes of a document. */
export function documentBytes(value) {
  return Buffer.from(`${layout(value, "")}\n`, "utf8");
}

/** JSON in one line, keys ascending, separators "," and ":". */
export function oneLine(value) {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${sortedKeys(value).map((key) => `${quote(key)}:${oneLine(value[key])}`).join(",")}}`;
  }
  return typeof value === "string" ? quote(value) : String(value);
}

/** The object that a document holds; other bytes than the document's own are malformed. */
export function parseDocument(bytes) {
  if (bytes.length > MAX_DOCUMENT) throw new Malformed("larger than 8 MB");
  const value = parseJson(utf8(bytes));
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Malformed("not an object");
  if (!documentBytes(value).equals(bytes)) throw new Malformed("not in the form of a document");
  return value;
}

/** Rows of a table, each an object by column; `inOrder` is false for a table that has its own order. */
export function parseTable(bytes, columns, inOrder = true) {
  if (bytes.length > MAX_TABLE) throw new Malformed("larger than 1 GB");
  const text = utf8(bytes);
  if (!text.endsWith("\n")) throw new Malformed("the last line does not end in a line feed");
  const lines = text.slice(0, -1).split("\n");
  if (lines[0] !== columns.join("\t")) throw new Malformed(`line 1: expected the columns ${columns.join(" ")}`);
  const rows = [];
  for (let i = 1; i < lines.length; i += 1) {
    const cells = lines[i].split("\t");
    if (cells.length !== columns.length) throw new Malformed(`line ${i + 1}: ${cells.length} cells`);
    if (cells.some((cell) => CONTROL.test(cell))) throw new Malformed(`line ${i + 1}: a control character`);
    if (cells.some((cell) => [...cell].length > MAX_TEXT)) throw new Malformed(`line ${i + 1}: a cell too long`);
    // a tab sorts before every character a cell may hold, so lines compare as their cells do, one after the other
    if (inOrder && i > 1 && byBytes(lines[i - 1], lines[i]) >= 0) {
      throw new Malformed(`line ${i + 1}: rows do not ascend`);
    }
    rows.push(Object.fromEntries(columns.map((name, k) => [name, cells[k]])));
  }
  return rows;
}
