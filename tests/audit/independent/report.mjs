// Claims and the verdict.

/** What a check needs is missing or malformed; that has a claim of its own. */
export class Unreadable extends Error {}

/** Claims of one part of a record: of the whole, of the year, or of one draw. */
export class Group {
  constructor(report, name) {
    this.report = report;
    this.name = name;
  }

  /** Makes a claim; `problems` yields what is wrong, nothing if it holds. */
  check(section, text, problems) {
    const claim = { group: this.name, section, text, status: "passed", problems: [] };
    this.report.claims.push(claim);
    try {
      for (const problem of problems() ?? []) {
        claim.status = "failed";
        if (claim.problems.length < 5) claim.problems.push(problem);
      }
    } catch (error) {
      // what went wrong before stays wrong
      if (!(error instanceof Unreadable)) claim.status = "failed";
      else if (claim.status === "passed") claim.status = "not checked";
      claim.problems.push(error instanceof Unreadable ? error.message : String(error.stack));
    }
    return claim.status === "passed";
  }

  /** Says what cannot be checked, and why. */
  leave(section, text, why) {
    this.report.claims.push({ group: this.name, section, text, status: "not checked", problems: [why] });
  }
}

/** All claims on a record. */
export class Report {
  claims = [];
  anchored = false; // whether nothing lacks its anchor (9.1)

  group(name) {
    return new Group(this, name);
  }

  /** No claim at all is a failure too. */
  get verdict() {
    const made = this.claims.filter((claim) => claim.status !== "not checked");
    if (made.length === 0 || made.some((claim) => claim.status === "failed")) return "rejected";
    return this.anchored ? "anchored" : "consistent";
  }
}

/** Problems of a value that is not what was expected. */
export function* differs(name, expected, found) {
  if (expected !== found) yield `${name}: expected ${expected}, found ${found}`;
}

/** Problems of two sets of keys that differ. */
export function* setsDiffer(name, expected, found) {
  for (const key of expected) if (!found.has(key)) yield `${name}: ${key} is missing`;
  for (const key of found) if (!expected.has(key)) yield `${name}: ${key} is one too many`;
}
