/** Cells that JavaScript has no exact form for; see `arrow-cells.ts` for the whole mapping. */

/** Microseconds since 1970-01-01T00:00:00, in UTC or without a zone. */
export class TimestampCell {
  readonly micros: bigint;
  readonly isUtc: boolean;
  constructor(micros: bigint, isUtc: boolean) {
    this.micros = micros;
    this.isUtc = isUtc;
  }

  /** ISO 8601, as many fraction digits as needed in threes; `Z` when in UTC. */
  toIsoString(): string {
    const seconds = floorDivide(this.micros, 1_000_000n);
    const micros = this.micros - seconds * 1_000_000n;
    const second = new Date(Number(seconds) * 1000);
    // Beyond JavaScript's calendar there is no text to give; the raw number is no timestamp.
    if (Number.isNaN(second.getTime())) return "";
    const base = second.toISOString().slice(0, -5);
    const digits = String(micros).padStart(6, "0");
    const fraction = digits.endsWith("000") ? digits.slice(0, 3) : digits;
    return `${base}.${fraction}${this.isUtc ? "Z" : ""}`;
  }
}

/** Days since 1970-01-01. */
export class DateCell {
  readonly days: number;
  constructor(days: number) {
    this.days = days;
  }

  /** `yyyy-MM-dd`, or empty beyond JavaScript's calendar. */
  toIsoString(): string {
    const date = new Date(this.days * 86_400_000);
    return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, -14);
  }
}

export class DecimalCell {
  readonly unscaled: bigint;
  readonly scale: number;
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /** Plain notation with exactly `scale` digits after the point. */
  toString(): string {
    const negative = this.unscaled < 0n;
    const digits = String(negative ? -this.unscaled : this.unscaled).padStart(this.scale + 1, "0");
    const split = digits.length - this.scale;
    const fraction = this.scale === 0 ? "" : `.${digits.slice(split)}`;
    return `${negative ? "-" : ""}${digits.slice(0, split)}${fraction}`;
  }
}

/**
 * A value of a row: null members of structs are left out, maps with text keys become objects that
 * keep their null values, int64 is a number where that is exact.
 */
export type Cell =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | TimestampCell
  | DateCell
  | DecimalCell
  | Cell[]
  | { [name: string]: Cell };

/** Quotient rounded towards minus infinity. */
export function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}
