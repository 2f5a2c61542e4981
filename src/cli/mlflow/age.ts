/** Ages as MLflow writes them: `7d`, `8h`, `2d8h5m20s`. */
import { SovereignError } from "../../core/errors.ts";

const AGE = /^(?:([\d.]+)d)?(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?$/;
const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1000];

/** Milliseconds of an age. */
export function readAgeMs(text: string): number {
  const parts = AGE.exec(text)?.slice(1) ?? [];
  const values = parts.map((part) => (part === undefined ? 0 : Number(part)));
  const isGiven = parts.some((part) => part !== undefined);
  if (isGiven && values.every(Number.isFinite)) {
    return Math.trunc(values.reduce((sum, value, i) => sum + value * (UNITS_MS[i] ?? 0), 0));
  }
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${text}\` is no age`, {
    hint: "write days, hours, minutes and seconds: `7d`, `8h`, `2d8h5m20s`",
  });
}
