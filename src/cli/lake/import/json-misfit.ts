/** Whether values of a JSON object fit nested columns of a table: the engine would fail on one. */
import { type DataType, formatType } from "../../../lake/schema/data-type.ts";

/** Why the object does not fit, or null; `columns` by name in lower case. */
export function findMisfit(raw: Buffer, columns: ReadonlyMap<string, DataType>): string | null {
  const object = parseLoosely(raw.toString("utf8"));
  for (const [key, value] of Object.entries(object)) {
    const type = columns.get(key.toLowerCase());
    if (type !== undefined && !fits(value, type)) return `\`${key}\` is no ${formatType(type)}`;
  }
  return null;
}

/** The text is known to be JSON, but for `NaN` and the infinities, which stand for numbers. */
function parseLoosely(text: string): Record<string, unknown> {
  const plain = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : "0.5",
  );
  return JSON.parse(plain) as Record<string, unknown>;
}

const RANGES: Partial<Record<DataType["kind"], number>> = {
  byte: 2 ** 7,
  short: 2 ** 15,
  int: 2 ** 31,
  long: 2 ** 63,
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})?$/;

function fits(value: unknown, type: DataType): boolean {
  if (value === null) return true;
  switch (type.kind) {
    case "array":
      return Array.isArray(value) && value.every((item) => fits(item, type.element));
    case "map":
      return isObject(value) && Object.values(value).every((item) => fits(item, type.value));
    case "struct": {
      if (!isObject(value)) return false;
      const members = new Map(type.fields.map((field) => [field.name, field]));
      return Object.entries(value).every(([key, item]) => {
        const field = members.get(key);
        return field !== undefined && fits(item, field.type);
      });
    }
    case "byte":
    case "short":
    case "int":
    case "long": {
      const limit = RANGES[type.kind]!;
      return Number.isInteger(value) && (value as number) >= -limit && (value as number) < limit;
    }
    case "float":
    case "double":
      return typeof value === "number";
    case "decimal":
      return typeof value === "number" && Math.abs(value) < 10 ** (type.precision - type.scale);
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return !isObject(value) && !Array.isArray(value);
    case "date":
      return typeof value === "string" && DATE.test(value) && isReal(value);
    case "timestamp":
    case "timestamp_ntz":
      return typeof value === "string" && TIMESTAMP.test(value) && isReal(value.slice(0, 10));
    default:
      return false;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isReal(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
