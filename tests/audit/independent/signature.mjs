// Section 2.1 of docs/draw-specification.md: the signature of a record, and the keys that the log tells of.
import { createPublicKey, verify } from "node:crypto";

import { Malformed, parseJson } from "./canonical.mjs";
import { message, sha256 } from "./hashing.mjs";
import { differs } from "./report.mjs";

const SPKI = Buffer.from("302a300506032b6570032100", "hex"); // what stands before the 32 bytes of an Ed25519 key
const FIELD = 2n ** 255n - 19n;

/** Claims on the signature. */
export function checkSignature(group, record) {
  const text = "the record is signed by the key it names";
  if (!record.signed) group.leave("2.1", text, "it names no key");
  else {
    group.check("2.1", text, function* () {
      if (!record.has("signature.json")) {
        yield "signature.json is missing";
        return;
      }
      const { public_key: key } = record.get("manifest.json");
      const { signature } = record.get("signature.json");
      if (!isSigned(key, signature, message("record", sha256(record.bytes("manifest.json"))))) yield `no signature by ${key}`;
    });
  }
  if (record.kind === "audit") group.check("2.1", "each key is signed by the one before", () => checkKeys(record));
}

function isSigned(key, signature, signed) {
  const bytes = Buffer.from(key, "hex");
  const y = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`) & (2n ** 255n - 1n);
  if (y >= FIELD) return false;
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: "der", type: "spki" });
    return verify(null, signed, publicKey, Buffer.from(signature, "hex"));
  } catch {
    return false;
  }
}

function* checkKeys(record) {
  let newest;
  for (const { action, detail: text } of record.get("log.tsv")) {
    if (action !== "key new") continue;
    const detail = detailOf(text);
    yield* differs("previous_key", newest, detail.previous_key);
    const signature = String(detail.signature ?? "");
    if (newest !== undefined && !detail.lost && !isSigned(newest, signature, message("key", String(detail.public_key)))) {
      yield `${detail.public_key} is not signed by ${newest}`;
    }
    newest = detail.public_key;
  }
  yield* differs("the newest key", newest, record.get("manifest.json").public_key);
}

function detailOf(text) {
  try {
    return parseJson(text) ?? {};
  } catch (error) {
    if (error instanceof Malformed) return {};
    throw error;
  }
}
