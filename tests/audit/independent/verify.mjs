// A verifier of public and audit records, written from docs/draw-specification.md alone.
//
//   node verify.mjs FOLDER           says what holds and what does not; status 0, or 1 if the record is rejected
//   node verify.mjs --lines          reads records from standard input, one in a line: {"files": {path: base64}};
//                                    writes for each a line {"verdict", "claims"}
import { createInterface } from "node:readline";

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
import { Record, checkFiles, readFolder } from "./record.mjs";
import { Report, Unreadable } from "./report.mjs";
import { checkSignature } from "./signature.mjs";
import { checkThresholds } from "./thresholds.mjs";
import { checkPolicy, checkResults, checkYear } from "./year.mjs";

/** All claims on the files of a record. */
export function verify(files) {
  const report = new Report();
  const record = new Record(files);
  checkFiles(report.group("record"), record);
  checkYear(report.group("year"), record);
  checkSignature(report.group("record"), record);
  checkDrawLog(report.group("draw log"), record);
  if (record.kind === "audit") checkLog(report.group("log"), record);
  for (const draw of record.draws()) checkDraw(report.group(draw.id), record, draw);
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

async function lines() {
  for await (const line of createInterface({ input: process.stdin })) {
    const { files } = JSON.parse(line);
    const { verdict, claims } = verify(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text, "base64")])));
    process.stdout.write(`${JSON.stringify({ verdict, claims })}\n`);
  }
}

if (process.argv[2] === "--lines") {
  await lines();
} else {
  const report = verify(readFolder(process.argv[2]));
  for (const [i, { group, section, text, status, problems }] of report.claims.entries()) {
    console.log(`${i + 1}. ${group} (${section}) ${text}: ${status}${problems.map((one) => `\n     ${one}`).join("")}`);
  }
  console.log(report.verdict);
  process.exitCode = report.verdict === "rejected" ? 1 : 0;
}
