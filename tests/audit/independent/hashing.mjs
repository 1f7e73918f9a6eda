// Sections 1.1, 1.2, 3.3 and 6.2 of docs/draw-specification.md: digests, messages and the Merkle tree.
import { createHash, createHmac } from "node:crypto";

const FIELD = /^[0-9A-Za-z._+/:*-]*$/;

/** SHA-256 as 64 lower-case hexadecimal digits. */
export function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The message M(tag, fields); a field outside the alphabet is an error. */
export function message(tag, ...fields) {
  for (const field of fields) {
    if (!FIELD.test(field)) throw new Error(`a field of "${tag}" is outside the alphabet: ${JSON.stringify(field)}`);
  }
  return Buffer.from([`double-random/1/${tag}`, ...fields].join("|"), "ascii");
}

/** Whether a text may be a field of a message. */
export function isField(text) {
  return FIELD.test(text);
}

/** H(tag, fields): digest of a message. */
export function H(tag, ...fields) {
  return sha256(message(tag, ...fields));
}

/** K(key, tag, fields): keyed digest of a message; the key is raw bytes. */
export function K(key, tag, ...fields) {
  return createHmac("sha256", key).update(message(tag, ...fields)).digest("hex");
}

/** Digest of a leaf's data with the prefix 0x00. */
export function leafDigest(data) {
  return createHash("sha256").update(Buffer.of(0)).update(data).digest("hex");
}

/** Root of the tree of RFC 9162 section 2.1 over leaf digests (hexadecimal), by levels: an odd last node moves up. */
export function merkleRoot(leaves) {
  let level = leaves.map((leaf) => Buffer.from(leaf, "hex"));
  if (level.length === 0) return sha256(Buffer.alloc(0));
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      above.push(createHash("sha256").update(Buffer.of(1)).update(level[i]).update(level[i + 1]).digest());
    }
    if (level.length % 2 === 1) above.push(level[level.length - 1]);
    level = above;
  }
  return level[0].toString("hex");
}

/** The remainder of a hexadecimal digest. */
export function digestModulo(digest, modulus) {
  return Number(BigInt(`0x${digest}`) % BigInt(modulus));
}

/** Comparison of two texts by their bytes in UTF-8, which is the order of code points. */
export function byBytes(a, b) {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}

/** Whether texts ascend strictly. */
export function ascending(texts) {
  return texts.every((text, i) => i === 0 || byBytes(texts[i - 1], text) < 0);
}
