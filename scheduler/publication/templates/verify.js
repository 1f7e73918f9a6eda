// Checks a public record in the browser, by docs/draw-specification.md: the same claims, in the same order and with the
// same numbers, as "double-random verify". No server, no WebCrypto (it is missing on plain-HTTP pages), no other file.
// Everything in a record is hostile: sizes are bounded, texts are only ever set as textContent, nothing is evaluated.
"use strict";
(() => {
  // --- SHA-256 (FIPS 180-4) ----------------------------------------------------------------------------------------

  const K = new Uint32Array(64);
  const H0 = new Uint32Array(8);
  (() => {
    // The first 32 bits of the fractional parts of square and cube roots of primes, by integer search: no table to trust.
    const fraction = (prime, power) => {
      const scaled = BigInt(prime) << BigInt(32 * power);
      let root = 0n;
      for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((root + bit) ** BigInt(power) <= scaled) root += bit;
      return Number(root & 0xffffffffn);
    };
    const primes = [];
    for (let number = 2; primes.length < 64; number += 1) if (primes.every((prime) => number % prime)) primes.push(number);
    primes.forEach((prime, place) => { K[place] = fraction(prime, 3); if (place < 8) H0[place] = fraction(prime, 2); });
  })();

  const W = new Uint32Array(64);
  const compress = (state, bytes, at) => {
    for (let t = 0; t < 16; t += 1, at += 4) W[t] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    for (let t = 16; t < 64; t += 1) {
      const a = W[t - 15], b = W[t - 2];
      const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
      const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
      W[t] = (W[t - 16] + s0 + W[t - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + K[t] + W[t]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  };

  const sha256 = (bytes) => {
    const state = Uint32Array.from(H0);
    const whole = bytes.length - (bytes.length % 64);
    for (let at = 0; at < whole; at += 64) compress(state, bytes, at);
    const tail = new Uint8Array(bytes.length - whole < 56 ? 64 : 128);
    tail.set(bytes.subarray(whole));
    tail[bytes.length - whole] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bytes.length / 0x20000000));
    view.setUint32(tail.length - 4, bytes.length * 8);
    for (let at = 0; at < tail.length; at += 64) compress(state, tail, at);
    const result = new Uint8Array(32);
    const out = new DataView(result.buffer);
    state.forEach((word, place) => out.setUint32(4 * place, word));
    return result;
  };

  const encoder = new TextEncoder();
  const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
  const hex = (bytes) => { let text = ""; for (const byte of bytes) text += HEX[byte]; return text; };
  const contentDigest = (bytes) => hex(sha256(bytes));
  const message = (tag, ...fields) => encoder.encode(`double-random/1/${[tag, ...fields].join("|")}`); // 1.2
  const digest = (tag, ...fields) => contentDigest(message(tag, ...fields));

  const joined = (...parts) => {
    const result = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
    let at = 0;
    for (const part of parts) { result.set(part, at); at += part.length; }
    return result;
  };

  // --- Merkle tree (RFC 9162, section 2.1.1), by the peaks of a growing tree ------------------------------------------

  const LEAF = Uint8Array.of(0), NODE = Uint8Array.of(1);
  const leafHash = (data) => sha256(joined(LEAF, data));
  const treeRoot = (leaves) => {
    if (!leaves.length) return sha256(new Uint8Array());
    const peaks = []; // [hash, height]
    for (const leaf of leaves) {
      let hash = leaf, height = 0;
      while (peaks.length && peaks.at(-1)[1] === height) { hash = sha256(joined(NODE, peaks.pop()[0], hash)); height += 1; }
      peaks.push([hash, height]);
    }
    return peaks.map(([hash]) => hash).reduceRight((right, left) => sha256(joined(NODE, left, right)));
  };

  // --- Ed25519 (RFC 8032, section 5.1.7), with SHA-512 (FIPS 180-4): slow and plain, for one signature ----------------

  const power = (base, exponent, modulus) => {
    let result = 1n;
    for (base %= modulus; exponent > 0n; exponent >>= 1n, base = (base * base) % modulus) if (exponent & 1n) result = (result * base) % modulus;
    return result;
  };
  const P = 2n ** 255n - 19n, ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
  const modulo = (value) => ((value % P) + P) % P;
  const D = modulo(-121665n * power(121666n, P - 2n, P)), ROOT = power(2n, (P - 1n) / 4n, P);

  // A point is [X, Y, Z] with x = X / Z and y = Y / Z; the sum is the complete one of twisted Edwards curves with a = −1.
  const sum = ([x1, y1, z1], [x2, y2, z2]) => {
    const a = modulo(z1 * z2), b = modulo(a * a), c = modulo(x1 * x2), d = modulo(y1 * y2), e = modulo(D * c * d);
    const f = modulo(b - e), g = modulo(b + e);
    return [modulo(a * f * ((x1 + y1) * (x2 + y2) - c - d)), modulo(a * g * (d + c)), modulo(f * g)];
  };
  const times = (scalar, point) => {
    let result = [0n, 1n, 1n];
    for (let bit = scalar.toString(2).length - 1; bit >= 0; bit -= 1) {
      result = sum(result, result);
      if ((scalar >> BigInt(bit)) & 1n) result = sum(result, point);
    }
    return result;
  };
  const little = (bytes) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const pointOf = (bytes) => { // null if the bytes are no point, or one written otherwise than the shortest way
    const value = little(bytes), sign = value >> 255n, y = value & (2n ** 255n - 1n);
    if (y >= P) return null;
    const u = modulo(y * y - 1n), v = modulo(D * y * y + 1n);
    let x = modulo(u * power(v, 3n, P) * power(u * power(v, 7n, P), (P - 5n) / 8n, P));
    if (modulo(v * x * x) !== u) x = modulo(x * ROOT);
    if (modulo(v * x * x) !== u || (x === 0n && sign === 1n)) return null;
    return [(x & 1n) === sign ? x : P - x, y, 1n];
  };
  const pointBytes = ([x, y, z]) => {
    const inverse = power(z, P - 2n, P), value = modulo(y * inverse) | ((modulo(x * inverse) & 1n) << 255n);
    return Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn));
  };
  const BASE = pointOf(Uint8Array.from({ length: 32 }, (_, at) => (at ? 0x66 : 0x58))); // y = 4/5

  // The first 64 bits of the fractional parts of roots of primes, as above; words are BigInts.
  const MASK = 2n ** 64n - 1n;
  const sha512 = (() => {
    let constants = null;
    const fraction = (prime, degree) => {
      const scaled = BigInt(prime) << BigInt(64 * degree);
      let root = 0n;
      for (let bit = 1n << 72n; bit > 0n; bit >>= 1n) if ((root + bit) ** BigInt(degree) <= scaled) root += bit;
      return root & MASK;
    };
    const constantsOf = () => {
      const primes = [];
      for (let number = 2; primes.length < 80; number += 1) if (primes.every((prime) => number % prime)) primes.push(number);
      return { k: primes.map((prime) => fraction(prime, 3)), h: primes.slice(0, 8).map((prime) => fraction(prime, 2)) };
    };
    const turn = (value, by) => ((value >> by) | (value << (64n - by))) & MASK;
    return (bytes) => {
      constants ??= constantsOf();
      const { k } = constants, state = [...constants.h];
      const padded = new Uint8Array(Math.ceil((bytes.length + 17) / 128) * 128);
      padded.set(bytes);
      padded[bytes.length] = 0x80;
      new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
      const view = new DataView(padded.buffer), w = [];
      for (let block = 0; block < padded.length; block += 128) {
        for (let t = 0; t < 80; t += 1) {
          if (t < 16) { w[t] = view.getBigUint64(block + 8 * t); continue; }
          const a = w[t - 15], b = w[t - 2];
          w[t] = (w[t - 16] + (turn(a, 1n) ^ turn(a, 8n) ^ (a >> 7n)) + w[t - 7] + (turn(b, 19n) ^ turn(b, 61n) ^ (b >> 6n))) & MASK;
        }
        let [a, b, c, d, e, f, g, h] = state;
        for (let t = 0; t < 80; t += 1) {
          const one = h + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (~e & MASK & g)) + k[t] + w[t];
          const two = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
          h = g; g = f; f = e; e = (d + one) & MASK; d = c; c = b; b = a; a = (one + two) & MASK;
        }
        [a, b, c, d, e, f, g, h].forEach((value, at) => { state[at] = (state[at] + value) & MASK; });
      }
      const result = new Uint8Array(64), out = new DataView(result.buffer);
      state.forEach((word, at) => out.setBigUint64(8 * at, word));
      return result;
    };
  })();

  const bytesOfHex = (text) => Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));

  // Whether a signature is by a key: the bytes of [S]B − [k]A are R, and S is less than the order (2.1).
  const ed25519 = (publicKey, signature, signed) => {
    const key = bytesOfHex(publicKey), bytes = bytesOfHex(signature), r = bytes.subarray(0, 32), s = little(bytes.subarray(32));
    const point = pointOf(key);
    if (point === null || s >= ORDER) return false;
    const k = little(sha512(joined(r, key, signed))) % ORDER;
    return hex(pointBytes(sum(times(s, BASE), times(k, [modulo(-point[0]), point[1], 1n])))) === hex(r);
  };

  // --- Documents and tables (1.3, 1.4) ------------------------------------------------------------------------------

  class Unreadable extends Error {}
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const textOf = (bytes, name) => {
    try { return decoder.decode(bytes); } catch { throw new Unreadable(`${name}: UTF-8`); }
  };

  const byCodePoint = (a, b) => {
    const left = [...a], right = [...b];
    for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
      if (left[at] !== right[at]) return left[at].codePointAt(0) - right[at].codePointAt(0);
    }
    return left.length - right.length;
  };

  const canonical = (value, indent = "") => {
    const deeper = `${indent}  `;
    if (Array.isArray(value)) {
      return value.length ? `[\n${value.map((entry) => deeper + canonical(entry, deeper)).join(",\n")}\n${indent}]` : "[]";
    }
    if (value !== null && typeof value === "object") {
      const keys = Object.keys(value).sort(byCodePoint);
      const lines = keys.map((key) => `${deeper}${JSON.stringify(key)}: ${canonical(value[key], deeper)}`);
      return keys.length ? `{\n${lines.join(",\n")}\n${indent}}` : "{}";
    }
    return JSON.stringify(value);
  };
  const documentBytes = (value) => encoder.encode(`${canonical(value)}\n`);

  const parseDocument = (bytes, name) => {
    if (bytes.length > 8 << 20) throw new Unreadable(`${name}: > 8 MB`);
    const text = textOf(bytes, name);
    let value;
    try { value = JSON.parse(text); } catch { throw new Unreadable(`${name}: JSON`); }
    if (value === null || typeof value !== "object" || Array.isArray(value) || `${canonical(value)}\n` !== text) throw new Unreadable(`${name}: §1.3`);
    return value;
  };

  const compareRows = (a, b, keys) => {
    for (let at = 0; at < keys; at += 1) if (a[at] !== b[at]) return a[at] < b[at] ? -1 : 1;
    return 0;
  };

  const parseTable = (bytes, name, columns, keys = 1, fits = () => true) => {
    const text = textOf(bytes, name);
    const lines = text.split("\n");
    if (lines.pop() !== "" || lines.shift() !== columns.join("\t")) throw new Unreadable(`${name}: §1.4`);
    const rows = lines.map((line) => line.split("\t"));
    rows.forEach((row, at) => {
      const bad = row.length !== columns.length || !fits(row) || /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(row.join(""));
      if (bad || (at && keys && compareRows(rows[at - 1], row, keys) >= 0)) throw new Unreadable(`${name}: §1.4, ${at + 2}`);
    });
    return rows;
  };

  // Shapes: which keys a document has and of which kind they are; what the checks compute with, and no more.
  const DAY = /^\d{4}-\d{2}-\d{2}$/, DIGEST = /^[0-9a-f]{64}$/;
  const isText = (value) => typeof value === "string" && value.length <= 20000;
  const isInteger = (value) => Number.isSafeInteger(value) && value >= 0;
  const isDay = (value) => isText(value) && DAY.test(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value);
  const isDigest = (value) => isText(value) && DIGEST.test(value);
  const isCode = (value) => isText(value) && /^[0-9A-Za-z._+/:*-]{1,4000}$/.test(value);
  const orEmpty = (shape) => (value) => value === "" || shape(value);
  const oneOf = (...values) => (value) => values.includes(value);
  const listOf = (shape) => (value) => Array.isArray(value) && value.length <= 5000 && value.every(shape);
  const ABSENT = Symbol("absent"); // what a key that is not there has for its shape; no other shape takes it
  const optional = (shape) => (value) => value === ABSENT || shape(value);
  const objectOf = (shapes) => (value) => value !== null && typeof value === "object" && !Array.isArray(value)
    && Object.keys(value).every((key) => Object.hasOwn(shapes, key)) && Object.keys(shapes).every((key) => shapes[key](Object.hasOwn(value, key) ? value[key] : ABSENT));
  const mapOf = (shape) => (value) => value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).every((key) => isCode(key) && shape(value[key]));
  const either = (...shapes) => (value) => shapes.some((shape) => shape(value));

  const isFlag = (value) => typeof value === "boolean";
  const district = { code: isCode, name: isText, name_en: isText, local: isFlag };
  const numbers = { num_enterprises: isInteger, drawn_enterprises: isInteger };
  const round = objectOf({ number: isInteger, kind: oneOf("open", "targeted"), starts_on: isDay, ends_on: isDay, counting_visits: isInteger });
  const year = {
    format: oneOf(1), bureau: isCode, bureau_name: isText, bureau_name_en: isText, year: isInteger, base_date: isDay, num_enterprises: isInteger, target: isInteger,
    target_ratio_micro: isInteger, drawn_enterprises: isInteger, districts: listOf(objectOf(district)), rounds: listOf(round), draws: listOf(isCode),
  };
  const SEALED = ["register.tsv", "scorecard.json", "allocation.tsv", "roster.tsv", "recusals.tsv", "items.tsv", "tasks.tsv", "policy.toml"];
  const PROGRAMME = ["programme-columns.tsv", "programme-entries.tsv", "programme-rows.tsv", "recent.tsv"];
  const seals = (names) => objectOf(Object.fromEntries(names.map((name) => [name, isDigest])));
  const commitment = {
    format: oneOf(1), bureau: isCode, year: isInteger, draw_id: isCode, kind: oneOf("open", "targeted"), committed_on: isDay,
    window: objectOf({ starts_on: isDay, ends_on: isDay }), counting_visits: isInteger, package: orEmpty(isCode), pool: objectOf({ num_firms: isInteger, root: isDigest }),
    secret: isDigest, officer_secret: isDigest, sealed: seals(SEALED), entropy: listOf(objectOf({ name: isText, spoken_on: isDay, bits: isInteger })),
    day_value: either((value) => value === null, objectOf({ name: isText, value: isText })), drawn_before: listOf(isCode), software: isText, log_head: isDigest, draw_log_head: optional(isDigest),
  };
  const KINDS = ["digits", "balls", "index", "beacon", "dice", "witness", "operator"];
  const typed = listOf(objectOf({ name: isText, spoken_on: isDay, kind: oneOf(...KINDS), detail: isCode, bits: isInteger }));
  const programme = { kind: oneOf("targeted"), sealed: seals([...SEALED, ...PROGRAMME]) };
  const ceremony = {
    format: oneOf(1), draw_id: isCode, kind: oneOf("open", "targeted", "external"), status: oneOf("drawn", "voided"), void_reason: isText, drawn_on: orEmpty(isDay),
    commitment_digest: orEmpty(isDigest), entropy: listOf(objectOf({ name: isText, value: isCode })), seed: orEmpty(isDigest), num_drawn: isInteger,
    num_counting: isInteger, drawn_digest: orEmpty(isDigest), drawn_root: optional(isDigest), outcome_root: optional(isDigest),
  };
  const manifest = { format: oneOf(1), kind: oneOf("public", "audit"), bureau: isCode, year: isInteger, files: mapOf(isDigest), record_digest: isDigest };
  const SHAPES = {
    "manifest.json": either(objectOf(manifest), objectOf({ ...manifest, format: oneOf(2), public_key: isDigest })),
    "signature.json": objectOf({ format: oneOf(1), signature: (value) => isText(value) && /^[0-9a-f]{128}$/.test(value) }),
    "year.json": either(objectOf(year), objectOf({ ...year, format: oneOf(2), districts: listOf(objectOf({ ...district, ...numbers })), elsewhere: objectOf(numbers) })),
    "commitment.json": either(
      objectOf(commitment),
      objectOf({ ...commitment, format: oneOf(2), ...programme }),
      objectOf({ ...commitment, format: oneOf(3), entropy: typed }),
      objectOf({ ...commitment, format: oneOf(3), entropy: typed, ...programme }),
    ),
    "ceremony.json": either(
      objectOf(ceremony),
      objectOf({ ...ceremony, format: oneOf(2), revealed: listOf(objectOf({ name: isText, revealed_on: isDay })), skipped: listOf(isText) }),
    ),
  };
  const FIRM = /^[0-9A-Za-z._+/:*-]{1,18}$/;
  const COLUMNS = {
    "items.tsv": [["item_id", "category", "name", "object_description", "kind", "method", "department", "basis", "ratio_text", "officers_required", "speciality"], 1],
    "tasks.tsv": [["task_id", "name", "item_ids", "object_types", "districts", "industries", "libraries", "full_coverage", "ratio_min_micro", "ratio_max_micro", "starts_on",
      "ends_on", "initiator", "partners", "mode", "note"], 1],
    "draw-log.tsv": [["number", "action", "draw_id", "digest", "previous_hash", "entry_hash"], 0, ([number, action, id, ...digests]) =>
      /^(0|[1-9]\d{0,17})$/.test(number) && ["commit", "draw", "void", "import"].includes(action) && isCode(id) && digests.every(isDigest)],
    "pool.tsv": [["firm_id", "leaf"], 1, ([firm, leaf]) => FIRM.test(firm) && DIGEST.test(leaf)],
    "drawn.tsv": [["firm_id", "name", "registrar", "package", "counting"], 1, ([firm, , , , flag]) => FIRM.test(firm) && /^[01]$/.test(flag)],
    "added.tsv": [["firm_id", "name", "registrar", "package", "counting"], 1, ([firm, , , pack, flag]) => FIRM.test(firm) && isCode(pack) && /^[01]$/.test(flag)],
    "withdrawn.tsv": [["firm_id", "reason"], 1, ([firm, reason]) => FIRM.test(firm) && ["deregistered", "moved_out", "revoked"].includes(reason)],
    "results.tsv": [["firm_id", "item_id", "category", "inspected_on"], 3],
  };

  // --- A record --------------------------------------------------------------------------------------------------------

  const SIGNATURE = "signature.json"; // stands beside the manifest that names a key, and is not listed in it (2.1)
  const DRAW_LOG = "draw-log.tsv";
  const ROOT_FILES = ["year.json", "items.tsv", "tasks.tsv"];
  const DRAW_ID = /^(\d{4})-(\d{1,3})-(\d{1,3})$/, EXTERNAL_ID = /^(\d{4})-X(\d{1,3})-1$/;

  class Record {
    constructor(files) {
      this.files = files;
      this.problems = new Map();
      this.read = new Map();
      this.digests = new Map();
    }

    has(name) { return this.files.has(name); }

    get(name) {
      if (this.read.has(name)) return this.read.get(name);
      try {
        const bytes = this.files.get(name);
        if (!bytes) throw new Unreadable(`${name}: –`);
        const last = name.slice(name.lastIndexOf("/") + 1);
        let value;
        if (SHAPES[last]) {
          value = parseDocument(bytes, name);
          if (!SHAPES[last](value)) throw new Unreadable(`${name}: §2`);
        } else {
          if (!COLUMNS[last]) throw new Unreadable(`${name}: ?`);
          value = parseTable(bytes, name, ...COLUMNS[last]);
        }
        this.read.set(name, value);
        return value;
      } catch (error) {
        if (error instanceof Unreadable && !this.problems.has(name)) this.problems.set(name, error.message);
        throw error;
      }
    }

    digest(name) {
      if (!this.digests.has(name)) this.digests.set(name, contentDigest(this.files.get(name)));
      return this.digests.get(name);
    }
  }

  class Draw {
    constructor(id, record) { this.id = id; this.record = record; }
    path(name) { return `draws/${this.id}/${name}`; }
    has(name) { return this.record.has(this.path(name)); }
    get(name) { return this.record.get(this.path(name)); }
    get external() { return EXTERNAL_ID.test(this.id); }
    get commitment() { return this.get("commitment.json"); }
    get ceremony() { return this.get("ceremony.json"); }
    get open() { return this.commitment.kind === "open"; }
    get state() {
      if (!this.has("ceremony.json")) return "committed";
      try { return this.ceremony.status; } catch { return "unreadable"; }
    }
    get wasDrawn() {
      const state = this.state;
      if (state === "unreadable") return this.has("drawn.tsv");
      return state === "drawn" || (state === "voided" && this.ceremony.seed !== "");
    }
    listOf(name) { return this.get(name).map(([firm, , , pack, counting]) => ({ firm, pack, counts: counting === "1" })); }
    get drawn() { return this.listOf("drawn.tsv"); }
    get current() { // the list as it stands (7.1)
      if (!this.has("withdrawn.tsv")) return this.drawn;
      const gone = new Set(this.get("withdrawn.tsv").map(([firm]) => firm));
      return [...this.drawn, ...this.listOf("added.tsv")].filter((row) => !gone.has(row.firm));
    }
    get commitmentDigest() { void this.commitment; return digest("commitment", this.record.digest(this.path("commitment.json"))); }
    get seed() { return digest("seed", this.commitmentDigest, contentDigest(documentBytes({ entropy: this.ceremony.entropy }))); }
    get namesDrawLog() { try { return this.has("commitment.json") && Object.hasOwn(this.commitment, "draw_log_head"); } catch { return false; } }
    get round() { return Number(DRAW_ID.exec(this.id)?.[2] ?? 0); }
    get attempt() { return Number(DRAW_ID.exec(this.id)?.[3] ?? 1); }
    before(draws) { return this.commitment.drawn_before.map((id) => draws.find((draw) => draw.id === id)).filter(Boolean); }
  }

  // --- Claims -----------------------------------------------------------------------------------------------------------

  class Group {
    constructor(name) { this.name = name; this.claims = []; }
    add(section, key, status, expected, found, values = {}) { this.claims.push({ group: this.name, section, key, status, expected: String(expected), found: String(found), values }); }
    passed(section, key, found = "", values) { this.add(section, key, "passed", "", found, values); }
    failed(section, key, expected, found, values) { this.add(section, key, "failed", expected, found, values); }
    unchecked(section, key, reason, values) { this.add(section, key, "not_checked", "", reason, values); }
    equal(section, key, expected, found, values) {
      if (JSON.stringify(expected) === JSON.stringify(found)) this.passed(section, key, found, values);
      else this.failed(section, key, expected, found, values);
    }
    first(section, key, differences, found = "") {
      if (!differences.length) this.passed(section, key, found);
      else this.failed(section, key, differences[0][0], differences[0][1] + (differences.length > 1 ? ` (+${differences.length - 1})` : ""));
    }
    // A file that cannot be read leaves the claim unchecked (the file's own claim fails); anything else fails it.
    guarded(section, key, check) {
      try { check(); } catch (error) {
        if (error instanceof Unreadable) this.unchecked(section, key, error.message);
        else this.failed(section, key, "", `${error.name}: ${error.message}`);
      }
    }
  }

  const CLOSED = "closed";
  const missingFrom = (wanted, there) => [...wanted].filter((name) => !there.has(name)).sort();

  const filesOf = (draw) => {
    if (draw.external) return [["ceremony.json", "drawn.tsv"], ["results.tsv"]];
    if (draw.state === "committed") return [["commitment.json", "pool.tsv"], []];
    const required = ["commitment.json", "pool.tsv", "ceremony.json"];
    const substitutes = ["added.tsv", "withdrawn.tsv"];
    return draw.wasDrawn ? [[...required, "drawn.tsv", ...(substitutes.some((name) => draw.has(name)) ? substitutes : [])], ["results.tsv"]] : [required, []];
  };

  const checkRecord = (group, record, manifest, draws) => {
    const beside = manifest.format > 1 ? ["manifest.json", SIGNATURE] : ["manifest.json"];
    const names = new Set([...record.files.keys()].filter((name) => !beside.includes(name)));
    const listed = new Set(Object.keys(manifest.files));
    const { record_digest: own, ...rest } = manifest;
    group.equal("2", "manifest_digest", contentDigest(documentBytes(rest)), own);
    group.first("2", "manifest_files", [...missingFrom(listed, names).map((name) => [name, "–"]), ...missingFrom(names, listed).map((name) => ["–", name])], names.size);
    group.guarded("2.1", "signed", () => checkSignature(group, record, manifest));
    const wrong = [...listed].sort().filter((name) => names.has(name) && record.digest(name) !== manifest.files[name]);
    group.first("2", "file_digests", wrong.map((name) => [`${name}: ${manifest.files[name]}`, record.digest(name)]), listed.size);
    group.guarded("2", "files_asked", () => {
      const expected = new Set(ROOT_FILES), allowed = new Set([...ROOT_FILES, DRAW_LOG]);
      if (draws.some((draw) => draw.namesDrawLog)) expected.add(DRAW_LOG);
      for (const draw of draws) {
        const [required, optional] = filesOf(draw);
        for (const name of required) { expected.add(draw.path(name)); allowed.add(draw.path(name)); }
        for (const name of optional) allowed.add(draw.path(name));
      }
      group.first("2", "files_asked", [...missingFrom(expected, names).map((name) => [name, "–"]), ...missingFrom(names, allowed).map((name) => ["–", name])], names.size);
    });
    for (const name of names) if (allowedName(name)) try { record.get(name); } catch { /* remembered */ }
    group.first("1.3, 1.4", "forms", [...record.problems].sort().map(([, problem]) => ["§1.3, §1.4", problem]), record.digests.size);
  };
  const checkSignature = (group, record, manifest) => {
    if (manifest.format < 2) { group.unchecked("2.1", "signed", "unsigned"); return; }
    if (!record.has(SIGNATURE)) { group.failed("2.1", "signed", SIGNATURE, "–"); return; }
    const { signature } = record.get(SIGNATURE), signed = message("record", record.digest("manifest.json"));
    if (ed25519(manifest.public_key, signature, signed)) group.passed("2.1", "signed", manifest.public_key);
    else group.failed("2.1", "signed", manifest.public_key, signature);
  };
  const allowedName = (name) => Boolean(SHAPES[name.slice(name.lastIndexOf("/") + 1)] || COLUMNS[name.slice(name.lastIndexOf("/") + 1)]);

  const checkYear = (group, record, manifest, draws) => {
    const known = () => record.get("year.json");
    group.guarded("2", "year_right", () => {
      const data = known();
      group.equal("2", "same_year", { bureau: manifest.bureau, year: manifest.year }, { bureau: data.bureau, year: data.year });
      group.equal("2", "target", String((BigInt(data.target_ratio_micro) * BigInt(data.num_enterprises) + 999999n) / 1000000n), String(data.target));
      group.unchecked("2", "population", data.num_enterprises);
      group.unchecked("9", "complete", "");
      const rounds = data.rounds.map((entry) => entry.number);
      group.equal("2", "rounds", rounds.map((_, at) => at + 1), rounds);
      group.equal("2", "draws", draws.map((draw) => draw.id).sort(), data.draws);
    });
    group.guarded("5", "attempts_right", () => checkAttempts(group, known(), draws));
    group.guarded("2", "lists_right", () => {
      const { items, tasks } = listsOf(record);
      const wrong = [...tasks.values()].filter((task) => !task.items.length || task.items.some((item) => !items.has(item)) || task.startsOn > task.endsOn);
      group.first("2", "lists", wrong.map((task) => [task.id, task.items.join(";")]), tasks.size);
    });
    group.guarded("2", "totals_right", () => checkTotals(group, known(), draws));
    group.guarded("2", "districts_right", () => {
      const data = known();
      if (data.format < 2) return;
      for (const name of ["num_enterprises", "drawn_enterprises"]) {
        group.equal("2", "district_sums", data[name], data.districts.reduce((total, entry) => total + entry[name], data.elsewhere[name]), { name });
      }
      group.unchecked("2", "districts", CLOSED);
    });
  };

  const checkAttempts = (group, data, draws) => {
    const differences = [];
    const rounds = new Map();
    for (const draw of draws) {
      if (Number(draw.id.slice(0, 4)) !== data.year) differences.push([data.year, draw.id]);
      else if (!draw.external) rounds.set(draw.round, [...(rounds.get(draw.round) ?? []), draw]);
    }
    for (const [number, tried] of [...rounds].sort(([a], [b]) => a - b)) {
      tried.sort((a, b) => a.attempt - b.attempt);
      if (!data.rounds.some((entry) => entry.number === number)) differences.push(["year.json", tried[0].id]);
      if (tried.some((draw, at) => draw.attempt !== at + 1)) differences.push([`1…${tried.length}`, tried.map((draw) => draw.attempt)]);
      tried.forEach((draw, at) => {
        const last = at === tried.length - 1;
        if (!last && draw.state !== "voided") differences.push([`${draw.id}: voided`, draw.state]);
        if (draw.state === "voided" && draw.has("results.tsv")) differences.push([`${draw.id}: –`, "results.tsv"]);
        if (last) return;
        const next = tried[at + 1].commitment.committed_on;
        const day = draw.wasDrawn && draw.ceremony.drawn_on > draw.commitment.committed_on ? draw.ceremony.drawn_on : draw.commitment.committed_on;
        if (next < day) differences.push([`${tried[at + 1].id} ≥ ${day}`, next]);
      });
    }
    group.first("5", "attempts", differences, draws.length);
  };

  const checkTotals = (group, data, draws) => {
    const standing = draws.filter((draw) => draw.state === "drawn");
    const distinct = new Set(standing.flatMap((draw) => draw.current.filter((row) => row.counts).map((row) => row.firm))).size;
    group.equal("2", "drawn_enterprises", distinct, data.drawn_enterprises);
    const done = new Set(standing.filter((draw) => !draw.external).map((draw) => draw.round));
    const complete = data.rounds.length > 0 && data.rounds.every((entry) => done.has(entry.number));
    const external = standing.some((draw) => draw.external);
    const holds = complete ? (external ? distinct >= data.target : distinct === data.target) : distinct <= data.target || external;
    const key = complete ? "target_hit" : "target_kept";
    if (holds) group.passed("2", key, `${distinct} / ${data.target}`); else group.failed("2", key, data.target, distinct);
    const newest = new Map();
    for (const draw of draws) if (!draw.external && draw.state !== "voided") newest.set(draw.round, draw);
    const wrong = data.rounds.filter((entry) => newest.has(entry.number) && newest.get(entry.number).commitment.counting_visits !== entry.counting_visits);
    group.first("2", "round_counts", wrong.map((entry) => [newest.get(entry.number).commitment.counting_visits, entry.counting_visits]), newest.size);
  };

  const listsOf = (record) => ({
    items: new Map(record.get("items.tsv").map((row) => [row[0], { kind: row[4] }])),
    tasks: new Map(record.get("tasks.tsv").map((row) => [row[0], { id: row[0], items: row[2] ? row[2].split(";") : [], startsOn: row[10], endsOn: row[11] }])),
  });

  const checkCommitment = (group, record, draw, draws) => {
    group.guarded("4", "identity_right", () => {
      const data = record.get("year.json"), fixed = draw.commitment;
      const entry = data.rounds.find((one) => one.number === draw.round);
      const expected = { bureau: data.bureau, year: data.year, draw_id: draw.id };
      if (entry) Object.assign(expected, { kind: entry.kind, window: { starts_on: entry.starts_on, ends_on: entry.ends_on } });
      const wrong = Object.keys(expected).filter((key) => JSON.stringify(sorted(expected[key])) !== JSON.stringify(sorted(fixed[key])));
      const differences = wrong.map((key) => [`${key}: ${JSON.stringify(expected[key])}`, JSON.stringify(fixed[key])]);
      if (fixed.window.starts_on > fixed.window.ends_on) differences.push([fixed.window.starts_on, fixed.window.ends_on]);
      group.first("4", "identity", differences);
    });
    group.unchecked("4", "secrets", CLOSED);
    group.unchecked("1.5", "seals", CLOSED);
    group.guarded("2", "policy_right", () => { record.get("year.json"); });
    group.guarded("5", "dates_right", () => checkDates(group, draw));
    group.guarded("5.1", "kinds_right", () => checkKinds(group, draw));
    group.guarded("5", "bits_right", () => group.unchecked("5", "bits", draw.commitment.entropy.reduce((total, source) => total + source.bits, 0)));
    if (draw.attempt > 1) {
      group.guarded("5", "new_source_right", () => {
        const sourcesOf = (one) => one.commitment.entropy.map((source) => `${source.name}\n${source.spoken_on}`);
        const earlier = new Set(draws.filter((one) => !one.external && one.round === draw.round && one.attempt < draw.attempt).flatMap(sourcesOf));
        if (sourcesOf(draw).some((source) => !earlier.has(source))) group.passed("5", "new_source");
        else group.failed("5", "new_source", "≠", sourcesOf(draw).join(", "));
      });
    }
    group.guarded("3.1", "before_right", () => checkBefore(group, draw, draws));
    group.guarded("4", "log_right", () => group.unchecked("4", "log_head", draw.commitment.log_head));
    if (draw.has("ceremony.json")) group.guarded("5", "ceremony_right", () => checkCeremony(group, draw));
  };

  const checkDates = (group, draw) => {
    const fixed = draw.commitment, drawnOn = draw.wasDrawn ? draw.ceremony.drawn_on : "", differences = [];
    for (const source of fixed.entropy) {
      if (source.spoken_on <= fixed.committed_on) differences.push([`${source.name} > ${fixed.committed_on}`, source.spoken_on]);
      if (drawnOn && source.spoken_on > drawnOn) differences.push([`${source.name} ≤ ${drawnOn}`, source.spoken_on]);
    }
    const names = fixed.entropy.map((source) => source.name);
    if (!names.length || new Set(names).size !== names.length) differences.push(["≠", names.join(", ")]);
    group.first("5", "dates", differences, names.length);
    group.unchecked("9", "published", draw.commitmentDigest);
  };

  const sorted = (value) => value !== null && typeof value === "object" ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

  const checkBefore = (group, draw, draws) => {
    const named = draw.commitment.drawn_before, differences = [];
    if (named.some((id, at) => at && named[at - 1] >= id)) differences.push(["<", named.join(", ")]);
    for (const id of named) {
      const other = draws.find((one) => one.id === id);
      if (!other || other === draw) differences.push(["draws/", id]);
      else if (other.state !== "drawn") differences.push([`${id}: drawn`, other.state]);
      else if (other.ceremony.drawn_on > draw.commitment.committed_on) differences.push([`${id} ≤ ${draw.commitment.committed_on}`, other.ceremony.drawn_on]);
    }
    if (draw.state === "drawn") {
      for (const other of draws) {
        if (other === draw || other.external || other.state !== "drawn") continue;
        if (named.includes(other.id) === other.commitment.drawn_before.includes(draw.id)) differences.push([`${draw.id} / ${other.id}`, named.join(", ")]);
      }
    }
    group.first("3.1", "before", differences, named.join(", "));
  };

  // Kinds of entropy (5.1): what `detail` looks like, bits counted, and whether a value is one the source can have said.
  const bitLength = (value) => value.toString(2).length;
  const choose = (of, drawn) => { let result = 1n; for (let at = 1n; at <= BigInt(drawn); at += 1n) result = (result * (BigInt(of) - at + 1n)) / at; return result; };
  const partsOf = (detail) => detail.split("+").map((part) => part.split("/").map(Number));
  const areBalls = (detail, value) => {
    const parts = partsOf(detail), cells = value.split("+");
    return parts.length === cells.length && parts.every(([drawn, of], at) => {
      const texts = cells[at].split(".");
      return texts.length === drawn && texts.every((text, place) => /^[0-9]{2}$/.test(text) && (!place || texts[place - 1] < text)) && texts[0] !== "00" && Number(texts.at(-1)) <= of;
    });
  };
  const opens = (detail, value) => contentDigest(encoder.encode(value)) === detail;
  const SOURCES = {
    digits: [/^[1-9][0-9]?$/, (detail) => bitLength(10n ** BigInt(detail)) - 1, (detail, value) => new RegExp(`^[0-9]{${detail}}$`).test(value)],
    balls: [/^[1-9][0-9]?\/[1-9][0-9]?(\+[1-9][0-9]?\/[1-9][0-9]?){0,3}$/,
      (detail) => bitLength(partsOf(detail).reduce((total, [drawn, of]) => total * choose(of, drawn), 1n)) - 1, areBalls],
    index: [/^[1-4]$/, (detail) => 3 * Number(detail), (detail, value) => new RegExp(`^(0|[1-9][0-9]{0,8})\\.[0-9]{${detail}}$`).test(value)],
    beacon: [/^[0-9]{1,18}$/, () => 128, (detail, value) => /^([0-9a-f]{64}|[0-9a-f]{128})$/.test(value)],
    dice: [/^[1-9][0-9]{0,2}$/, (detail) => 2 * Number(detail), (detail, value) => new RegExp(`^[1-6]{${detail}}$`).test(value)],
    witness: [DIGEST, () => 0, (detail, value) => value.length >= 20 && value.length <= 200 && opens(detail, value)],
    operator: [DIGEST, () => 0, (detail, value) => DIGEST.test(value) && opens(detail, value)],
  };
  const countedBits = ({ kind, detail }) => (SOURCES[kind][0].test(detail) && (kind !== "balls" || partsOf(detail).every(([drawn, of]) => drawn <= of)) ? SOURCES[kind][1](detail) : -1);

  const checkKinds = (group, draw) => {
    const { format, entropy } = draw.commitment;
    if (format < 3) return;
    const wrong = entropy.filter((source) => countedBits(source) !== source.bits);
    group.first("5.1", "kinds", wrong.map((source) => [`${source.name}: ${source.kind} ${countedBits(source)}`, `${source.detail} ${source.bits}`]), entropy.length);
    if (entropy.length === 1 && entropy[0].kind === "operator") { group.unchecked("5.1", "foreseen", "own_seed"); return; }
    const last = entropy.filter((source) => ["digits", "balls", "index", "beacon"].includes(source.kind)).reduce((day, source) => (source.spoken_on > day ? source.spoken_on : day), "");
    const held = entropy.filter((source) => ["witness", "operator"].includes(source.kind));
    const late = held.filter((source) => source.spoken_on >= last).map((source) => [`${source.name} < ${last || "–"}`, source.spoken_on]);
    if (new Set(held.map((source) => source.detail)).size !== held.length) late.push(["≠", held[0].detail]);
    group.first("5.1", "last_word", late, held.length);
  };

  const checkValues = (group, fixed, said) => {
    const values = new Map(said.entropy.map((entry) => [entry.name, entry.value]));
    const wrong = fixed.entropy.filter((source) => values.has(source.name) && !(countedBits(source) >= 0 && SOURCES[source.kind][2](source.detail, values.get(source.name))));
    group.first("5.2", "values", wrong.map((source) => [`${source.name}: ${source.kind} ${source.detail}`, values.get(source.name)]), values.size);
    const witnesses = fixed.entropy.filter((source) => source.kind === "witness").map((source) => source.name), differences = [];
    const namesOf = (names) => names.join(", ") || "–";
    const expected = witnesses.filter((name) => values.has(name)), found = said.revealed.map((entry) => entry.name);
    if (JSON.stringify(expected) !== JSON.stringify(found)) differences.push([namesOf(expected), namesOf(found)]);
    for (const { name, revealed_on: day } of said.revealed) {
      const last = fixed.entropy.find((source) => source.name === name)?.spoken_on ?? "";
      if (day < fixed.committed_on || day > last) differences.push([`${name}: ${fixed.committed_on} – ${last}`, day]);
    }
    const silent = witnesses.filter((name) => !values.has(name));
    if (JSON.stringify(silent) !== JSON.stringify(said.skipped)) differences.push([namesOf(silent), namesOf(said.skipped)]);
    group.first("5.2", "revealed", differences, witnesses.length);
  };

  const checkCeremony = (group, draw) => {
    const fixed = draw.commitment, said = draw.ceremony, differences = [];
    const expected = { draw_id: draw.id, kind: fixed.kind, commitment_digest: draw.commitmentDigest, format: fixed.format > 2 ? 2 : 1 };
    for (const [key, value] of Object.entries(expected)) if (said[key] !== value) differences.push([`${key}: ${value}`, said[key]]);
    if ((said.void_reason === "") !== (said.status === "drawn")) differences.push(["void_reason", said.void_reason]);
    group.first("5", "opens", differences, said.status);
    if (!draw.wasDrawn) {
      const empty = { drawn_on: "", seed: "", drawn_digest: "", entropy: [], num_drawn: 0, num_counting: 0, ...(said.format > 1 ? { revealed: [], skipped: [] } : {}) };
      const wrong = Object.keys(empty).filter((key) => JSON.stringify(said[key]) !== JSON.stringify(empty[key]));
      wrong.push(...["drawn_root", "outcome_root"].filter((key) => Object.hasOwn(said, key)));
      group.first("5", "undrawn", wrong.map((key) => [key, said[key]]));
      return;
    }
    const used = fixed.entropy.filter((source) => source.kind !== "witness" || !said.skipped?.includes(source.name));
    group.equal("5", "sources", used.map((source) => source.name), said.entropy.map((source) => source.name));
    if (fixed.format > 2) checkValues(group, fixed, said);
    group.equal("5", "seed", draw.seed, said.seed);
  };

  const checkPool = async (group, draw, tell) => {
    let tickets = null;
    group.guarded("3.3", "pool_right", () => {
      const pool = draw.get("pool.tsv"), fixed = draw.commitment;
      group.equal("4", "pool_size", fixed.pool.num_firms, pool.length);
      group.equal("3.3", "root", fixed.pool.root, hex(treeRoot(pool.map(([, leaf]) => bytesOfHex(leaf)))));
      if (!pool.length) group.failed("3.1", "pool_empty", "> 0", 0);
    });
    try {
      const fixed = draw.commitment;
      if (fixed.kind !== "open") group.unchecked("3.2", "leaves_targeted", "targeted");
      else {
        const pool = draw.get("pool.tsv"), seed = draw.wasDrawn ? draw.seed : "", wrong = [];
        tickets = [];
        for (let at = 0; at < pool.length; at += 1) {
          const [firm, leaf] = pool[at];
          const own = hex(leafHash(message("leaf", draw.id, firm)));
          if (own !== leaf) wrong.push([`${firm}: ${own}`, leaf]);
          if (seed) tickets.push([digest("ticket", seed, firm), firm]);
          if (at % 4096 === 4095) await tell(draw.id, at + 1, pool.length);
        }
        group.first("3.2", "leaves_open", wrong, pool.length);
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      group.unchecked("3.2", "leaves_right", error.message);
    }
    group.unchecked("3.1", "members", CLOSED);
    return tickets;
  };

  const checkDrawn = (group, record, draw, draws, tickets) => {
    group.guarded("5", "counts_right", () => {
      const said = draw.ceremony, list = draw.drawn;
      const expected = { num_drawn: list.length, num_counting: list.filter((row) => row.counts).length, drawn_digest: record.digest(draw.path("drawn.tsv")) };
      if (Object.hasOwn(said, "drawn_root")) expected.drawn_root = hex(treeRoot(draw.get("drawn.tsv").map((row) => leafHash(encoder.encode(row.join("\t"))))));
      const wrong = Object.keys(expected).filter((key) => expected[key] !== said[key]);
      group.first("5", "counts", wrong.map((key) => [`${key}: ${expected[key]}`, said[key]]), list.length);
      if (!draw.external) group.equal("4", "counting", draw.commitment.counting_visits, expected.num_counting);
    });
    group.guarded("1.6", "packages_right", () => {
      const { items, tasks } = listsOf(record);
      if (draw.external) return;
      const packs = [...new Set(draw.drawn.map((row) => row.pack))];
      const made = (pack) => pack.split("+").every((id, at, ids) => tasks.has(id) && (!at || ids[at - 1] < id));
      const general = (pack) => pack.split("+").some((id) => (tasks.get(id)?.items ?? []).some((item) => items.get(item)?.kind === "general"));
      const differences = packs.filter((pack) => !made(pack)).map((pack) => ["tasks.tsv", pack]);
      if (draw.open) {
        const own = draw.commitment.package;
        differences.push(...packs.filter((pack) => pack !== own).map((pack) => [own, pack]));
        if (!general(own)) differences.push(["general", own]);
        differences.push(...draw.drawn.filter((row) => !row.counts).map((row) => ["counting 1", row.firm]));
      }
      group.first("1.6", "packages", differences, packs.length);
    });
    if (!draw.external) {
      group.guarded("7", "from_pool_right", () => {
        const pool = new Set(draw.get("pool.tsv").map(([firm]) => firm)), list = draw.drawn;
        group.first("7", "from_pool", list.filter((row) => !pool.has(row.firm)).map((row) => ["pool.tsv", row.firm]), list.length);
        if (!draw.open) group.unchecked("7", "by_ticket", "targeted_tickets");
      });
      group.guarded("3.1", "once_right", () => {
        const before = new Set(draw.before(draws).flatMap((one) => one.current.filter((row) => row.counts).map((row) => row.firm)));
        const places = draw.open ? draw.get("pool.tsv").map(([firm]) => firm) : draw.current.filter((row) => row.counts).map((row) => row.firm);
        group.first("3.1", "once", places.filter((firm) => before.has(firm)).map((firm) => ["–", firm]), before.size);
      });
      group.guarded("7", "selection_right", () => { if (draw.open) checkSelection(group, draw, tickets); });
      group.guarded("7.2", "thresholds_right", () => checkThresholds(group, draw, tickets));
      if (draw.has("withdrawn.tsv")) group.guarded("7.1", "substitutes_right", () => { record.get("year.json"); checkSubstitutes(group, draw, tickets); });
      group.unchecked("8", "officers", CLOSED);
    }
    if (draw.has("results.tsv")) {
      group.guarded("2", "results_right", () => {
        const { tasks } = listsOf(record), packs = new Map(draw.current.map((row) => [row.firm, row.pack])), from = draw.ceremony.drawn_on;
        const rows = draw.get("results.tsv");
        const wrong = rows.filter(([firm, item, , day]) => !packs.has(firm) || day < from || !packs.get(firm).split("+").some((id) => tasks.get(id)?.items.includes(item)));
        group.first("2", "results", wrong.map((row) => ["drawn.tsv", row.join(" ")]), rows.length);
      });
    }
  };

  const checkSelection = (group, draw, tickets) => {
    if (!tickets) throw new Unreadable("pool.tsv");
    const own = draw.commitment.package, wanted = draw.commitment.counting_visits;
    tickets.sort(([a, firm], [b, other]) => (a === b ? (firm < other ? -1 : 1) : a < b ? -1 : 1));
    const expected = new Map(tickets.slice(0, wanted).map(([, firm]) => [firm, own])), found = new Map(draw.drawn.map((row) => [row.firm, row.pack]));
    const firms = [...new Set([...expected.keys(), ...found.keys()])].sort();
    const differences = firms.filter((firm) => expected.get(firm) !== found.get(firm)).map((firm) => [`${firm}: ${expected.get(firm) ?? "–"}`, found.get(firm) ?? "–"]);
    if (expected.size < wanted) differences.push([wanted, expected.size]);
    group.first("7", "selection", differences, found.size);
  };

  // The one threshold of an open round is the greatest ticket drawn; those of a targeted one are sealed.
  const checkThresholds = (group, draw, tickets) => {
    const said = draw.ceremony.outcome_root;
    if (said === undefined) return;
    if (!draw.open) { group.unchecked("7.2", "thresholds", "targeted_thresholds"); return; }
    if (!tickets) throw new Unreadable("pool.tsv");
    const sorted = tickets.map(([ticket]) => ticket).sort(), drawn = Math.min(draw.commitment.counting_visits, sorted.length);
    const leaf = leafHash(message("threshold", draw.id, "open", "", drawn > 0 ? sorted[drawn - 1] : ""));
    group.equal("7.2", "thresholds", digest("outcome", "1", hex(leaf)), said);
  };

  const checkSubstitutes = (group, draw, tickets) => {
    const drawn = new Map(draw.drawn.map((row) => [row.firm, row])), added = new Map(draw.listOf("added.tsv").map((row) => [row.firm, row]));
    const gone = draw.get("withdrawn.tsv").map(([firm]) => firm), pool = new Set(draw.get("pool.tsv").map(([firm]) => firm));
    const differences = gone.filter((firm) => !drawn.has(firm) && !added.has(firm)).map((firm) => ["drawn.tsv", firm]);
    differences.push(...[...added.keys()].filter((firm) => drawn.has(firm) || !pool.has(firm)).map((firm) => ["pool.tsv", firm]));
    const places = (rows) => rows.filter(Boolean).map((row) => `${row.pack}/${row.counts ? 1 : 0}`).sort();
    const left = places(gone.map((firm) => drawn.get(firm) ?? added.get(firm))), came = places([...added.values()]), rest = [...left];
    const first = places(gone.map((firm) => drawn.get(firm))); // what those drawn left: a newcomer who went too left no more
    const strange = came.filter((place) => !first.includes(place) || !rest.includes(place) || !rest.splice(rest.indexOf(place), 1));
    if (strange.length || !gone.length) differences.push([left.join(", "), came.join(", ")]);
    group.first("7.1", "substitutes", differences, gone.length);
    if (!draw.open) group.unchecked("7.1", "next_ticket", "targeted");
    else {
      if (!tickets) throw new Unreadable("pool.tsv");
      tickets.sort(([a, firm], [b, other]) => (a === b ? (firm < other ? -1 : 1) : a < b ? -1 : 1));
      const expected = tickets.slice(drawn.size, drawn.size + gone.length).map(([, firm]) => firm).sort(), found = [...added.keys()].sort();
      group.first("7.1", "next_ticket", JSON.stringify(expected) === JSON.stringify(found) ? [] : [[expected.join(", "), found.join(", ")]], added.size);
    }
    group.unchecked("7.1", "gone", "register_then");
  };

  const checkDrawLog = (group, record, manifest, draws) => {
    if (!record.has(DRAW_LOG)) { group.unchecked("2.2", "draw_log_draws", "no_draw_log"); return; }
    const rows = record.get(DRAW_LOG), broken = [];
    let before = "0".repeat(64);
    rows.forEach(([number, action, id, said, previous, own], at) => {
      if (number !== String(at + 1)) broken.push([at + 1, number]);
      if (previous !== before) broken.push([`${at + 1}: ${before}`, previous]);
      const expected = digest("draw-log", before, String(at + 1), action, id, said);
      if (expected !== own) broken.push([`${at + 1}: ${expected}`, own]);
      before = own;
    });
    group.first("2.2", "draw_log_chain", broken, rows.length);
    const ofYear = rows.filter(([, , id]) => id.startsWith(`${manifest.year}-`));
    group.first("2.2", "draw_log_draws", logDifferences(ofYear, draws), ofYear.length);
  };

  const FOLLOWING = { "": ["commit", "import"], commit: ["draw", "void"], draw: ["void"], void: [], import: [] };
  const logDifferences = (rows, draws) => {
    const differences = [], byId = new Map(draws.map((draw) => [draw.id, draw])), committed = new Set(), spoken = new Map(), standing = new Set(), newest = new Map();
    for (const [, action, id, said, previous] of rows) {
      const draw = byId.get(id), mayFollow = FOLLOWING[newest.get(id) ?? ""];
      if (!mayFollow.includes(action)) differences.push([`${id}: ${mayFollow.join(" / ")}`, action]);
      newest.set(id, action);
      if (!draw) differences.push(["draws/", id]);
      else if (action !== "commit") {
        spoken.set(id, said);
        if (action === "void") standing.delete(id); else standing.add(id);
      } else if (draw.external) differences.push(["–", id]);
      else {
        const fixed = draw.commitment, stood = [...standing].sort().join(", ");
        if (draw.commitmentDigest !== said) differences.push([`${id}: ${draw.commitmentDigest}`, said]);
        if (draw.namesDrawLog && fixed.draw_log_head !== previous) differences.push([`${id}: ${previous}`, fixed.draw_log_head]);
        if (fixed.drawn_before.join(", ") !== stood) differences.push([`${id}: ${stood}`, fixed.drawn_before.join(", ")]);
        committed.add(id);
      }
    }
    for (const draw of draws) {
      const said = draw.has("ceremony.json") ? draw.record.digest(draw.path("ceremony.json")) : "";
      if (!draw.external && !committed.has(draw.id)) differences.push([draw.id, "–"]);
      if (said !== (spoken.get(draw.id) ?? "")) differences.push([`${draw.id}: ${spoken.get(draw.id) ?? "–"}`, said || "–"]);
      if ((draw.state === "drawn") !== standing.has(draw.id)) differences.push([draw.id, draw.state]);
    }
    return differences;
  };

  const checkExternal = (group, draw) => {
    const expected = { format: 1, draw_id: draw.id, kind: "external", status: "drawn", void_reason: "", commitment_digest: "", entropy: [], seed: "" };
    const wrong = Object.keys(expected).filter((key) => JSON.stringify(draw.ceremony[key]) !== JSON.stringify(expected[key]));
    if (Object.hasOwn(draw.ceremony, "outcome_root")) wrong.push("outcome_root");
    group.first("2", "external", wrong.map((key) => [`${key}: ${expected[key]}`, draw.ceremony[key]]));
    group.unchecked("2", "external_lot", "external");
  };

  // --- A firm's proof (9.2) ------------------------------------------------------------------------------------------------

  // Root that a path leads to from a leaf, null if a tree of that size has no such path (RFC 9162, section 2.1.3.2).
  const rootOfPath = (leaf, index, size, path) => {
    if (index >= size) return null;
    let last = size - 1, root = leaf;
    for (const node of path.map(bytesOfHex)) {
      if (last === 0) return null;
      if (index % 2 || index === last) {
        root = sha256(joined(NODE, node, root));
        while (index && index % 2 === 0) { index /= 2; last = Math.floor(last / 2); }
      } else root = sha256(joined(NODE, root, node));
      index = Math.floor(index / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 ? hex(root) : null;
  };

  const place = { index: isInteger, path: (value) => listOf(isDigest)(value) && value.length <= 64 };
  const orNull = (shape) => (value) => value === null || shape(value);
  const PROVEN = {
    draw_id: (id) => isText(id) && DRAW_ID.test(id), commitment: SHAPES["commitment.json"], ceremony: SHAPES["ceremony.json"], outcome: oneOf("drawn", "not_drawn", "not_in_pool"),
    pool: orNull(objectOf(place)), opened: orNull(objectOf({ salt: isDigest, stratum_seal: isDigest })), ticket: orEmpty(isDigest),
    rows: (rows) => listOf(objectOf({ ...place, row: isText }))(rows) && rows.length <= 2,
    chance: orNull(objectOf({ stratum: isCode, stratum_nonce: orEmpty(isDigest), chance_micro: isInteger, chance_firms: isInteger })),
  };
  const isThreshold = objectOf({ ...place, ticket: orEmpty(isDigest), nonce: orEmpty(isDigest), size: isInteger });
  const proofOf = (format, draw, more) => objectOf({
    ...more, format: oneOf(format), kind: oneOf("proof"), bureau: isCode, year: isInteger, firm_id: (value) => isText(value) && FIRM.test(value),
    draws: (value) => listOf(objectOf(draw))(value) && value.length <= 100,
  });
  const PROOFS = [proofOf(1, PROVEN, {}), proofOf(2, { ...PROVEN, threshold: orNull(isThreshold) }, { proof_digest: isDigest })];
  const isProof = (value) => PROOFS.some((shape) => shape(value));

  // Checks a proof given as bytes: the same claims as "double-random verify" makes of the file.
  const verifyProof = (bytes) => {
    const head = new Group("proof");
    let proof;
    try {
      proof = parseDocument(bytes, "proof");
      if (!isProof(proof)) throw new Unreadable("§9.2");
    } catch (error) {
      head.failed("9.2", "proof_form", "§9.2", error.message);
      return { claims: numbered([head]), verdict: "rejected", kind: "" };
    }
    head.passed("9.2", "proof_form", proof.firm_id);
    if (Object.hasOwn(proof, "proof_digest")) {
      const { proof_digest: own, ...rest } = proof;
      head.equal("9.2", "proof_whole", contentDigest(documentBytes(rest)), own);
    }
    const ids = proof.draws.map((entry) => entry.draw_id);
    const inOrder = ids.length > 0 && ids.every((id, at) => !at || ids[at - 1] < id);
    const parts = proof.draws.flatMap((entry) => ["commitment", "ceremony"].map((part) => [`draws/${entry.draw_id}/${part}.json`, documentBytes(entry[part])]));
    const record = new Record(new Map(parts)), draws = proof.draws.map((entry) => new Draw(entry.draw_id, record));
    const undrawn = draws.filter((draw) => !draw.wasDrawn).map((draw) => [draw.id, "–"]);
    head.first("9.2", "proof_draws", [...(inOrder ? [] : [["<", ids.join(", ")]]), ...undrawn], ids.length);
    const groups = proof.draws.map((entry, at) => {
      const group = new Group(entry.draw_id);
      checkProof(group, draws[at], entry, proof);
      return group;
    });
    const claims = numbered([head, ...groups]);
    return { claims, verdict: claims.some((claim) => claim.status === "failed") ? "rejected" : "consistent", kind: "proof" };
  };

  const checkProof = (group, draw, entry, proof) => {
    const { commitment: fixed } = entry;
    group.equal("4", "proof_identity", [proof.bureau, proof.year, draw.id], [fixed.bureau, fixed.year, fixed.draw_id]);
    group.guarded("5", "dates_right", () => checkDates(group, draw));
    group.guarded("5.1", "kinds_right", () => checkKinds(group, draw));
    group.guarded("5", "ceremony_right", () => checkCeremony(group, draw));
    group.guarded("3.3", "proof_pool_right", () => checkProofPool(group, draw, entry, proof.firm_id));
    group.guarded("7", "proof_ticket_right", () => {
      group.equal("7", "proof_ticket", entry.pool === null ? "" : ticketOf(draw, entry, proof.firm_id) || "–", entry.ticket);
    });
    group.guarded("9.2", "proof_rows_right", () => checkProofRows(group, entry, proof.firm_id));
    group.guarded("9.2", "proof_chance_right", () => checkProofChance(group, entry));
    group.guarded("7.2", "proof_threshold_right", () => checkProofThreshold(group, draw, entry, proof.firm_id));
    group.unchecked("7", "selection", fixed.kind === "open" ? "proof_open" : "proof_targeted");
  };

  const checkProofPool = (group, draw, entry, firm) => {
    const { commitment: fixed, pool, opened, outcome } = entry, open = fixed.kind === "open";
    const inPool = pool !== null;
    if (inPool !== (outcome !== "not_in_pool") || (opened !== null) !== (inPool && !open)) { group.failed("3.3", "proof_pool", "§9.2", outcome); return; }
    if (!inPool) { group.unchecked("3.3", "proof_outside", "proof_outside"); return; }
    const leaf = leafHash(message("leaf", draw.id, firm, ...(open ? [] : [opened.salt, opened.stratum_seal])));
    group.equal("3.3", "proof_pool", fixed.pool.root, rootOfPath(leaf, pool.index, fixed.pool.num_firms, pool.path) ?? "–");
  };

  const checkProofRows = (group, entry, firm) => {
    const { ceremony: said, outcome, rows } = entry, key = outcome === "drawn" ? "proof_listed" : "proof_unlisted", size = said.num_drawn;
    if (!Object.hasOwn(said, "drawn_root") && rows.length) { group.failed("9.2", key, 0, rows.length); return; }
    if (!Object.hasOwn(said, "drawn_root")) { group.unchecked("9.2", key, "proof_no_root"); return; }
    for (const { row, index, path } of rows) {
      const root = rootOfPath(leafHash(encoder.encode(row)), index, size, path);
      if (root !== said.drawn_root) { group.failed("9.2", key, said.drawn_root, root ?? "–"); return; }
    }
    const ids = rows.map(({ row }) => row.split("\t")[0]), places = rows.map(({ index }) => index);
    const around = () => {
      if (size === 0) return !ids.length && said.drawn_root === hex(treeRoot([]));
      if (ids.length === 1) return (places[0] === 0 && firm < ids[0]) || (places[0] === size - 1 && ids[0] < firm);
      return ids.length === 2 && places[1] === places[0] + 1 && ids[0] < firm && firm < ids[1];
    };
    if (outcome === "drawn" ? ids.length === 1 && ids[0] === firm : around()) group.passed("9.2", key, said.drawn_root);
    else group.failed("9.2", key, firm, ids.join(", "));
  };

  const checkProofChance = (group, { chance, opened, pool, commitment: fixed }) => {
    if (chance === null) { group.unchecked("9.2", "proof_chance", "proof_closed"); return; }
    const open = fixed.kind === "open";
    if (pool === null || (!open && opened === null)) group.failed("9.2", "proof_stratum", "§9.2", "–");
    else if (open) group.equal("9.2", "proof_stratum", ["open", ""], [chance.stratum, chance.stratum_nonce]);
    else group.equal("9.2", "proof_stratum", opened.stratum_seal, digest("stratum", chance.stratum_nonce, chance.stratum));
    group.unchecked("9.2", "proof_chance", `${chance.chance_micro} / (10^6 · ${chance.chance_firms})`);
  };

  // The ticket that seed and salt give; empty in a targeted round where no salt is opened.
  const ticketOf = (draw, { commitment: { kind }, opened }, firm) => {
    if (kind === "open") return digest("ticket", draw.seed, firm);
    return opened === null ? "" : digest("ticket", draw.seed, opened.salt, firm);
  };

  const checkProofThreshold = (group, draw, entry, firm) => {
    const { threshold: opened = null, chance, outcome } = entry, open = entry.commitment.kind === "open", bound = entry.ceremony.outcome_root;
    if (opened === null) {
      const why = !Object.hasOwn(entry, "threshold") || bound === undefined ? "proof_older" : entry.pool === null ? "proof_outside_lot" : chance === null && !open ? "proof_threshold_closed" : null;
      if (why === null) group.failed("7.2", "proof_bound", "§9.2", "–");
      else group.unchecked("7.2", "proof_by_threshold", why);
      return;
    }
    if (bound === undefined || entry.pool === null || (chance === null && !open)) { group.failed("7.2", "proof_bound", "–", opened.ticket); return; }
    const leaf = leafHash(message("threshold", draw.id, open ? "open" : chance.stratum, opened.nonce, opened.ticket));
    const root = rootOfPath(leaf, opened.index, opened.size, opened.path);
    const lone = opened.nonce === "" && opened.index === 0 && opened.size === 1 && !opened.path.length; // as the one leaf of an open round
    group.equal("7.2", "proof_bound", bound, root === null || (open && !lone) ? "–" : digest("outcome", String(opened.size), root));
    const ticket = ticketOf(draw, entry, firm);
    if (!ticket) return;
    if ((ticket <= opened.ticket) === (outcome === "drawn")) group.passed("7.2", "proof_rightly", outcome);
    else group.failed("7.2", "proof_rightly", opened.ticket, `${ticket} ${outcome}`);
  };

  // Checks a record given as path → bytes; `tell` is awaited now and then, so that the page stays alive.
  const verify = async (files, tell = async () => {}) => {
    const record = new Record(files);
    let manifest;
    const head = new Group("record");
    try {
      manifest = record.get("manifest.json");
    } catch (error) {
      head.failed("2", "manifest", "manifest.json", error.message);
      return { claims: numbered([head]), verdict: "rejected", kind: "" };
    }
    if (manifest.kind !== "public") {
      head.failed("2", "public_only", "public", manifest.kind);
      return { claims: numbered([head]), verdict: "rejected", kind: manifest.kind };
    }
    const ids = new Set([...files.keys()].filter((name) => /^draws\/[^/]+\/./.test(name)).map((name) => name.split("/")[1]));
    const draws = [...ids].filter((id) => DRAW_ID.test(id) || EXTERNAL_ID.test(id)).sort().map((id) => new Draw(id, record));
    const ofYear = new Group("year"), ofDraws = [];
    for (const draw of draws) {
      const group = new Group(draw.id);
      ofDraws.push(group);
      let tickets = null;
      if (draw.external) group.guarded("2", "external_right", () => checkExternal(group, draw));
      else {
        checkCommitment(group, record, draw, draws);
        tickets = await checkPool(group, draw, tell);
      }
      if (draw.wasDrawn) checkDrawn(group, record, draw, draws, tickets);
      await tell(draw.id, 1, 1);
    }
    const log = new Group("log");
    log.unchecked("2", "log", CLOSED);
    log.guarded("2.2", "draw_log_right", () => checkDrawLog(log, record, manifest, draws));
    checkYear(ofYear, record, manifest, draws);
    checkRecord(head, record, manifest, draws);
    const claims = numbered([head, ofYear, ...ofDraws, log]);
    const rejected = claims.some((claim) => claim.status === "failed") || !claims.some((claim) => claim.status === "passed");
    return { claims, verdict: rejected ? "rejected" : "consistent", kind: manifest.kind, digest: manifest.record_digest };
  };
  const numbered = (groups) => groups.flatMap((group) => group.claims).map((claim, at) => ({ number: at + 1, ...claim }));

  window.doubleRandomVerify = { sha256: contentDigest, sha512: (bytes) => hex(sha512(bytes)), ed25519, verify, verifyProof };
})();
