// Reads policy.toml: TOML 1.0 as far as a policy uses it. Decimal fractions stay text, so that nothing is rounded.
import { Malformed } from "./canonical.mjs";

/** A number with a fraction or an exponent, as written. */
export class Fraction {
  constructor(text) {
    this.text = text.replaceAll("_", "");
  }

  /** The value times `scale`, as {numerator, denominator} of BigInt. */
  times(scale) {
    const [, sign, whole, part = "", exponent = "0"] = /^([+-]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(
      this.text,
    );
    const power = Number(exponent) - part.length;
    const digits = BigInt(`${sign === "-" ? "-" : ""}${whole}${part}`) * BigInt(scale);
    return power >= 0
      ? { numerator: digits * 10n ** BigInt(power), denominator: 1n }
      : { numerator: digits, denominator: 10n ** BigInt(-power) };
  }
}

/** A date without time, as YYYY-MM-DD. */
export class LocalDate {
  constructor(text) {
    this.text = text;
  }
}

const ESCAPES = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", '"': '"', "\\": "\\" };
const BARE = /[A-Za-z0-9_-]+/y;
const SCALAR = /[^\s,\]}#]+/y;

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.root = Object.create(null);
    this.table = this.root;
  }

  fail(expected) {
    const line = this.text.slice(0, this.at).split("\n").length;
    throw new Malformed(`policy.toml, line ${line}: expected ${expected}`);
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return null;
    this.at = pattern.lastIndex;
    return found[0];
  }

  blank() {
    this.match(/[ \t]*/y);
  }

  /** Skips blanks, comments and line ends. */
  gap() {
    this.match(/(?:[ \t\r\n]|#[^\n]*)*/y);
  }

  take(mark) {
    if (!this.text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  document() {
    for (this.gap(); this.at < this.text.length; this.gap()) {
      if (this.take("[[")) this.header("]]", true);
      else if (this.take("[")) this.header("]", false);
      else this.pair(this.table);
      if (this.match(/[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y) === null) this.fail("the end of the line");
    }
    return this.root;
  }

  header(end, repeated) {
    const keys = this.keys();
    if (!this.take(end)) this.fail(end);
    const last = keys.pop();
    const parent = this.descend(this.root, keys);
    if (repeated) {
      parent[last] ??= [];
      if (!Array.isArray(parent[last])) this.fail("a list of tables");
      this.table = Object.create(null);
      parent[last].push(this.table);
    } else {
      this.table = this.descend(parent, [last]);
    }
  }

  descend(table, keys) {
    let here = table;
    for (const key of keys) {
      here[key] ??= Object.create(null);
      here = Array.isArray(here[key]) ? here[key].at(-1) : here[key];
      if (here === null || typeof here !== "object") this.fail("a table");
    }
    return here;
  }

  keys() {
    const keys = [];
    do {
      this.blank();
      const key = '"\''.includes(this.text[this.at] ?? "x") ? this.string() : this.match(BARE);
      if (key === null) this.fail("a key");
      keys.push(key);
      this.blank();
    } while (this.take("."));
    return keys;
  }

  pair(table) {
    const keys = this.keys();
    if (!this.take("=")) this.fail('"="');
    this.blank();
    const last = keys.pop();
    const parent = this.descend(table, keys);
    if (last in parent) this.fail(`"${last}" only once`);
    parent[last] = this.value();
  }

  value() {
    const mark = this.text[this.at];
    if (mark === '"' || mark === "'") return this.string();
    if (this.take("[")) return this.list();
    if (this.take("{")) return this.inline();
    const word = this.match(SCALAR) ?? this.fail("a value");
    if (word === "true" || word === "false") return word === "true";
    if (/^[+-]?(0|[1-9](_?[0-9])*)$/.test(word)) return this.integer(word.replaceAll("_", ""));
    if (/^[+-]?(0|[1-9](_?[0-9])*)(\.[0-9](_?[0-9])*)?([eE][+-]?[0-9]+)?$/.test(word)) return new Fraction(word);
    if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(word)) return new LocalDate(word);
    return this.fail("a number, date, text, list or table");
  }

  integer(digits) {
    const number = Number(digits);
    return Number.isSafeInteger(number) ? number : this.fail("an integer of 53 bits");
  }

  list() {
    const values = [];
    for (this.gap(); !this.take("]"); this.gap()) {
      values.push(this.value());
      this.gap();
      if (!this.take(",")) {
        if (this.take("]")) return values;
        this.fail('"," or "]"');
      }
    }
    return values;
  }

  inline() {
    const table = Object.create(null);
    this.blank();
    if (this.take("}")) return table;
    do {
      this.blank();
      this.pair(table);
      this.blank();
    } while (this.take(","));
    if (!this.take("}")) this.fail('"}"');
    return table;
  }

  string() {
    for (const mark of ['"""', "'''"]) {
      if (this.take(mark)) return this.long(mark);
    }
    const quoted = this.match(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y) ?? this.fail("the end of the text");
    return quoted[0] === "'" ? quoted.slice(1, -1) : this.unescape(quoted.slice(1, -1));
  }

  long(mark) {
    const end = this.text.indexOf(mark, this.at);
    if (end < 0) this.fail(mark);
    const body = this.text.slice(this.at, end).replace(/^\r?\n/, "");
    this.at = end + 3;
    return mark === "'''" ? body : this.unescape(body.replace(/\\[ \t]*\r?\n\s*/g, ""));
  }

  unescape(body) {
    return body.replace(/\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)/gs, (_all, code) => {
      if (code.length > 1) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
      return ESCAPES[code] ?? this.fail("a known escape");
    });
  }
}

/** The tables of a policy. */
export function parseToml(bytes) {
  if (bytes.length > 256 * 1024) throw new Malformed("policy.toml is larger than 256 KB");
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed("policy.toml is not UTF-8");
  }
  return new Reader(text).document();
}
