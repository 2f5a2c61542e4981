/**
 * Partition values and paths on their way into the log: the value's text (Delta protocol,
 * "Partition Value Serialization"), the Hive-style folder (`p=a%2Fb`), and `add.path`, where that
 * folder's escapes are themselves escaped (RFC 2396). Inverse of `log-path.ts`.
 */
import { SovereignError } from "../../../core/errors.ts";
import type { DataType } from "../../schema/data-type.ts";
import { formatTypeSql } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";

const NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__";
/**
 * What Hive escapes, and all beyond ASCII as DuckDB and delta-rs do: Spark leaves such letters bare
 * in `path`, delta-rs removes the file under a percent-encoded name, and finds it still there.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters Hive escapes
const FOLDER_ESCAPED = /[\u0001-\u001f"#%'*/:=?\\\u007f{[\]^]|[^\u0000-\u007f]/gu;
/** What `java.net.URI` leaves alone in a path; other characters of ASCII are percent-encoded. */
const URI_ESCAPED = /[^A-Za-z0-9_\-!.~'()*:@&=+$,;/\u00a1-\uffff]|[\u2028\u2029\u3000]/g;

/** `p=1/q=a%2Fb` for physical names and serialised values; empty for an unpartitioned table. */
export function partitionFolder(values: Readonly<Record<string, string | null>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        `${escapeFolder(name)}=${value === null ? NULL_FOLDER : escapeFolder(value)}`,
    )
    .join("/");
}

/** `add.path` of a file at `relativePath` below the table's root (slashes, not yet encoded). */
export function encodeLogPath(relativePath: string): string {
  const encoded = relativePath.replaceAll(URI_ESCAPED, percentUtf8);
  // A colon in the first segment would read as a URI scheme.
  const firstSlash = encoded.indexOf("/");
  const first = firstSlash < 0 ? encoded : encoded.slice(0, firstSlash);
  return first.replaceAll(":", "%3A") + encoded.slice(first.length);
}

function escapeFolder(text: string): string {
  return text.replaceAll(FOLDER_ESCAPED, percentUtf8);
}

function percentUtf8(character: string): string {
  return [...Buffer.from(character, "utf8")]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}

/**
 * A partition value as `partitionValues` holds it. NULL and the empty string are both null, as in
 * Spark; timestamps are ISO-8601 in UTC with microseconds. Throws NOT_IMPLEMENTED for a type that
 * cannot partition a table.
 */
export function formatPartitionValue(value: Value, type: DataType): string | null {
  if (value === null || value === "") return null;
  switch (type.kind) {
    case "string":
    case "boolean":
    case "byte":
    case "short":
    case "int":
    case "long":
      return String(value);
    case "float":
    case "double":
      return formatFloating(value as number);
    case "decimal":
      return formatDecimal(value as bigint, type.scale);
    case "date":
      return formatDay(value as number);
    case "timestamp":
      return `${formatMicros(value as bigint, "T", true)}Z`;
    case "timestamp_ntz":
      return formatMicros(value as bigint, " ", false);
    case "binary":
      return formatAscii(value as Uint8Array);
    default:
      throw unsupported(`of type ${formatTypeSql(type)}`);
  }
}

function formatFloating(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? value.toFixed(1) : String(value);
}

function formatDecimal(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const MICROS_PER_DAY = 86_400_000_000n;

function formatDay(days: number): string {
  const iso = new Date(days * 86_400_000).toISOString();
  const date = iso.slice(0, iso.indexOf("T"));
  // ISO-8601 pads years beyond 9999 to six digits, Java to as many as needed.
  return date.replace(/^([+-])0?0?(\d{4,})/, "$1$2");
}

function formatMicros(micros: bigint, separator: string, alwaysFraction: boolean): string {
  const ofDay = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  const day = formatDay(Number((micros - ofDay) / MICROS_PER_DAY));
  const time = new Date(Number(ofDay / 1000n)).toISOString().slice(11, 19);
  const fraction = (ofDay % 1_000_000n).toString().padStart(6, "0");
  const shown = alwaysFraction || fraction !== "000000" ? `.${fraction}` : "";
  return `${day}${separator}${time}${shown}`;
}

/** NOTE: beyond ASCII, writers disagree on the text of a binary partition value. */
function formatAscii(bytes: Uint8Array): string | null {
  if (bytes.some((byte) => byte > 0x7f)) throw unsupported("by bytes beyond ASCII");
  return bytes.length === 0 ? null : Buffer.from(bytes).toString("latin1");
}

function unsupported(what: string): SovereignError {
  return new SovereignError("NOT_IMPLEMENTED", `a partition value ${what} cannot be written`, {
    hint: "partition by another column",
  });
}
