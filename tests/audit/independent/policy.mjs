// What the rules read in policy.toml.
import { Malformed } from "./canonical.mjs";
import { Fraction, LocalDate } from "./toml.mjs";

const MICRO = 1_000_000;

/** Refuses a policy whose object types or rounds are of other types than rules read. */
export function checkPolicyTypes(policy) {
  const types = policy.target?.object_types ?? [];
  if (!Array.isArray(types) || types.some((type) => typeof type !== "string")) throw new Malformed("target.object_types");
  const rounds = policy.rounds ?? [];
  const isRound = (round) =>
    Number.isInteger(round?.number) &&
    typeof round.kind === "string" &&
    round.starts_on instanceof LocalDate &&
    round.ends_on instanceof LocalDate;
  if (!Array.isArray(rounds) || !rounds.every(isRound)) throw new Malformed("rounds");
}

/** target.ratio in 10^-6; undefined if it is no number of that many decimals. */
export function microOfRatio(policy) {
  const ratio = policy.target?.ratio;
  if (Number.isInteger(ratio)) return ratio * MICRO;
  if (!(ratio instanceof Fraction)) return undefined;
  const { numerator, denominator } = ratio.times(MICRO);
  return numerator % denominator === 0n ? Number(numerator / denominator) : undefined;
}

/** Object types whose visits may count towards T. */
export function targetTypes(policy) {
  return new Set(policy.target?.object_types ?? ["enterprise"]);
}

/** Least bits of entropy. */
export function leastBits(policy) {
  return policy.draw?.least_entropy_bits ?? 64;
}

/** Targeted rounds of greater number than `number`, as windows. */
export function laterTargeted(policy, number) {
  return (policy.rounds ?? [])
    .filter((round) => round.kind === "targeted" && round.number > number)
    .map((round) => ({ starts_on: round.starts_on.text, ends_on: round.ends_on.text }));
}

/** Journey in minutes, without a fraction. */
export function journeyMinutes(policy) {
  const hours = policy.capacity?.hours_per_journey;
  if (Number.isInteger(hours)) return hours * 60;
  if (!(hours instanceof Fraction)) return undefined;
  const { numerator, denominator } = hours.times(60);
  return Number(numerator / denominator);
}

/** The day from which on an inspection is recent; undefined where the policy looks nowhere back. */
export function recentSince(policy) {
  const months = policy.visits?.lookback_months ?? 0;
  if (months === 0) return undefined;
  const [year, month, day] = policy.year.base_date.text.split("-").map(Number);
  const index = year * 12 + (month - 1) - months;
  const last = new Date(Date.UTC(Math.floor(index / 12), (index % 12) + 1, 0)).getUTCDate();
  const parts = [Math.floor(index / 12), (index % 12) + 1, Math.min(day, last)];
  return `${String(parts[0]).padStart(4, "0")}-${String(parts[1]).padStart(2, "0")}-${String(parts[2]).padStart(2, "0")}`;
}
