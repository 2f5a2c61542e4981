/** Values as Spark's test files print them (`HiveResult.hiveResultString`). */
import type { DataType } from "../../../src/lake/schema/data-type.ts";
import { formatType } from "../../../src/lake/schema/data-type.ts";
import { formatValue } from "../../../src/lake/schema/format-value.ts";
import type { MapValue, StructValue, Value } from "../../../src/lake/schema/value.ts";

/** The zone Spark's own tests run in; ours is UTC, so an instant may be printed in either. */
export const TEST_ZONE = "America/Los_Angeles";

let shownZone: "UTC" | typeof TEST_ZONE = "UTC";

/** One cell at the top of a row, instants printed in `zone`. */
export function hiveText(value: Value, type: DataType, zone: typeof shownZone = "UTC"): string {
  shownZone = zone;
  return value === null ? "NULL" : text(value, type, false);
}

const CLOCK = new Intl.DateTimeFormat("en-US", {
  timeZone: TEST_ZONE,
  hourCycle: "h23",
  era: "short",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
});

/** The instant moved so that printing it in UTC shows the test zone's clock. */
function inTestZone(micros: bigint): bigint {
  const millis = Number(micros / 1000n) - (micros % 1000n < 0n ? 1 : 0);
  const parts = Object.fromEntries(CLOCK.formatToParts(millis).map((p) => [p.type, p.value]));
  const year = parts.era === "BC" ? 1 - Number(parts.year) : Number(parts.year);
  const at = new Date(0);
  at.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  at.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  const second = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return BigInt(at.getTime()) * 1000n + second;
}

function text(value: Value, type: DataType, nested: boolean): string {
  if (value === null) return "null";
  switch (type.kind) {
    case "array": {
      const items = value as readonly Value[];
      return `[${items.map((v) => text(v, type.element, true)).join(",")}]`;
    }
    case "map": {
      const entries = (value as MapValue).entries.map(
        ([k, v]) => `${text(k, type.key, true)}:${text(v, type.value, true)}`,
      );
      return `{${entries.sort().join(",")}}`;
    }
    case "struct": {
      const fields = (value as StructValue).values.map(
        (v, i) => `"${type.fields[i]!.name}":${text(v, type.fields[i]!.type, true)}`,
      );
      return `{${fields.join(",")}}`;
    }
    case "string":
      return nested ? `"${value as string}"` : (value as string);
    case "timestamp":
      return formatValue(shownZone === "UTC" ? value : inTestZone(value as bigint), type)!;
    case "interval_ym": {
      const months = value as number;
      const size = Math.abs(months);
      return `${months < 0 ? "-" : ""}${Math.floor(size / 12)}-${size % 12}`;
    }
    case "interval_dt":
      return dayTimeText(value as bigint);
    default:
      return formatValue(value, type)!;
  }
}

/** `1 02:03:04.000000000`. */
function dayTimeText(micros: bigint): string {
  const size = micros < 0n ? -micros : micros;
  const seconds = size / 1_000_000n;
  const pad = (n: bigint, width = 2) => String(n).padStart(width, "0");
  const days = seconds / 86_400n;
  const clock = [(seconds / 3_600n) % 24n, (seconds / 60n) % 60n, seconds % 60n];
  const nanos = pad((size % 1_000_000n) * 1000n, 9);
  return `${micros < 0n ? "-" : ""}${days} ${clock.map((n) => pad(n)).join(":")}.${nanos}`;
}

/** A result's schema as the files print it. */
export function schemaText(columns: readonly { name: string; type: DataType }[]): string {
  return `struct<${columns.map((c) => `${c.name}:${formatType(c.type)}`).join(",")}>`;
}
