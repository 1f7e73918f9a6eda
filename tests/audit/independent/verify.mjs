// A verifier of public and audit records and of firms' proofs, written from docs/draw-specification.md alone.
//
//   node verify.mjs FOLDER|PROOF [ANCHORS…]   says what holds and what does not; status 0, or 1 if it is rejected
//   node verify.mjs --lines                   reads from standard input, one in a line, {"files": {path: base64}} or {"proof": base64},
//                                             with "anchors": [base64] or without; writes for each a line {"verdict", "claims"},
//                                             or {"refused"} where a file of anchors is none
import { readFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";

import { checkAnchors, checkProofAnchors, readAnchors } from "./anchors.mjs";
import { Malformed } from "./canonical.mjs";
import { checkCeremony, checkCommitment, checkExternal, checkSeals } from "./commitment.mjs";
import { checkDrawLog } from "./drawlog.mjs";
import { checkAllocation, checkOpenDraw, checkSelection } from "./firms.mjs";
import { checkGaveWay } from "./gaveway.mjs";
import { checkFormat1 } from "./format1.mjs";
import { checkFormat2 } from "./format2.mjs";
import { checkLog } from "./log.mjs";
import { Roll } from "./officers.mjs";
import { checkPackages, checkPublicPool, checkRegister } from "./pool.mjs";
import { checkProgramme } from "./programme.mjs";
import { verifyProof } from "./proofs.mjs";
import { Record, checkFiles, readFolder } from "./record.mjs";
import { Report, Unreadable } from "./report.mjs";
import { checkSignature } from "./signature.mjs";
import { checkThresholds } from "./thresholds.mjs";
import { checkPolicy, checkResults, checkYear } from "./year.mjs";

/** All claims on the files of a record, and those of anchors where there are some. */
export function verify(files, anchors) {
  const report = new Report();
  const record = new Record(files);
  checkFiles(report.group("record"), record);
  checkYear(report.group("year"), record);
  checkSignature(report.group("record"), record);
  checkDrawLog(report.group("draw log"), record);
  if (record.kind === "audit") checkLog(report.group("log"), record);
  for (const draw of record.draws()) checkDraw(report.group(draw.id), record, draw);
  if (anchors) checkAnchors(report, record, anchors);
  return report;
}

function checkDraw(group, record, draw) {
  if (draw.external) {
    checkExternal(group, draw);
  } else {
    checkCommitment(group, record, draw);
    checkPublicPool(group, record, draw);
    if (draw.has("ceremony.json")) checkCeremony(group, draw);
    if (draw.drawn) checkPackages(group, draw);
    if (draw.open && draw.drawn) checkOpenDraw(group, draw);
    if (draw.drawn && !draw.external) checkThresholds(group, record, draw);
    if (draw.drawn && (draw.has("withdrawn.tsv") || draw.has("added.tsv"))) checkGaveWay(group, record, draw);
    if (record.kind === "audit" && draw.find("commitment.json") && draw.has("ceremony.json")) checkOpened(group, record, draw);
  }
  checkResults(group, draw);
}

/** Claims on what an audit record opens besides. */
function checkOpened(group, record, draw) {
  checkSeals(group, draw);
  checkPolicy(group, record, draw);
  checkRegister(group, record, draw);
  checkAllocation(group, draw);
  checkProgramme(group, draw);
  if (draw.drawn) checkSelection(group, draw);
  if (draw.has("officers.json")) checkLots(group, draw);
}

function checkLots(group, draw) {
  try {
    const roll = new Roll(draw);
    if (roll.document.format === 1) checkFormat1(group, roll);
    else checkFormat2(group, roll);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    group.leave("8", "officers and days follow from their lots", error.message);
  }
}

function prove(bytes, anchors) {
  const { report, draws, year } = verifyProof(bytes);
  if (anchors) checkProofAnchors(report, draws, year, anchors);
  return report;
}

/** The answer to one request. */
function answer({ files, proof, anchors: noted = [] }) {
  const bytes = (text) => Buffer.from(text, "base64");
  try {
    const anchors = noted.length > 0 ? readAnchors(noted.map(bytes)) : undefined;
    if (proof !== undefined) return prove(bytes(proof), anchors);
    return verify(new Map(Object.entries(files).map(([path, text]) => [path, bytes(text)])), anchors);
  } catch (error) {
    // brackets that are nested too deep exhaust the stack
    if (!(error instanceof Malformed || error instanceof RangeError)) throw error;
    return { refused: error.message };
  }
}

async function lines() {
  for await (const line of createInterface({ input: process.stdin })) {
    const { verdict, claims, refused } = answer(JSON.parse(line));
    process.stdout.write(`${JSON.stringify({ verdict, claims, refused })}\n`);
  }
}

function print(path, noted) {
  const anchors = noted.length > 0 ? readAnchors(noted.map((name) => readFileSync(name))) : undefined;
  const report = statSync(path).isDirectory() ? verify(readFolder(path), anchors) : prove(readFileSync(path), anchors);
  for (const [i, { group, section, text, status, problems }] of report.claims.entries()) {
    console.log(`${i + 1}. ${group} (${section}) ${text}: ${status}${problems.map((one) => `\n     ${one}`).join("")}`);
  }
  console.log(report.verdict);
  process.exitCode = report.verdict === "rejected" ? 1 : 0;
}

if (process.argv[2] === "--lines") await lines();
else print(process.argv[2], process.argv.slice(3));
