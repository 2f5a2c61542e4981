/**
 * `format_string` (`java.util.Formatter`, locale US): %s %d %x %X %o %c %b %f %e %% %n with flags,
 * width and precision. Other conversions are refused.
 */
import type { DataType } from "../../../schema/data-type.ts";
import { formatDecimal } from "../../../schema/format-number.ts";
import { formatValue } from "../../../schema/format-value.ts";
import type { Value } from "../../../schema/value.ts";
import { runtimeError } from "../builder.ts";
import { readBigDecimal, rescale } from "./read-number.ts";
import { groupThousands } from "./string.ts";

const SPECIFIER = /%(?:(\d+)\$)?([-#+ 0,(<]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

/** Text of a pattern over values. */
export function formatPrintf(
  pattern: string,
  values: readonly Value[],
  types: readonly DataType[],
): string {
  if (/%/.test(pattern.replace(SPECIFIER, ""))) throw bad("a stray %");
  let next = 0;
  return pattern.replace(SPECIFIER, (_all, index, flags, width, precision, conversion) => {
    if (conversion === "n") return "\n";
    if (conversion === "%") return pad("%", flags, width);
    if (flags.includes("<")) throw unsupported("the flag <");
    const at = index === undefined ? next++ : Number(index) - 1;
    if (at >= values.length) throw bad(`no argument for ${_all}`);
    const text = convert(values[at]!, types[at]!, { flags, precision, conversion });
    return pad(text, flags, width);
  });
}

interface Specifier {
  flags: string;
  precision: string | undefined;
  conversion: string;
}

function convert(value: Value, type: DataType, spec: Specifier): string {
  const upper = /[A-Z]/.test(spec.conversion);
  const text = convertLower(value, type, { ...spec, conversion: spec.conversion.toLowerCase() });
  return upper ? text.toUpperCase() : text;
}

function convertLower(value: Value, type: DataType, spec: Specifier): string {
  const { conversion, precision } = spec;
  if (conversion === "b") {
    return cut(typeof value === "boolean" ? String(value) : String(value !== null), precision);
  }
  if (value === null) return cut("null", precision);
  switch (conversion) {
    case "s": {
      if (
        ![
          "string",
          "int",
          "long",
          "short",
          "byte",
          "boolean",
          "double",
          "float",
          "decimal",
        ].includes(type.kind)
      ) {
        throw unsupported(`%s of ${type.kind}`);
      }
      return cut(formatValue(value, type)!, precision);
    }
    case "d":
    case "x":
    case "o":
      return whole(value, type, spec);
    case "c":
      if (type.kind !== "int" && type.kind !== "short" && type.kind !== "byte") throw bad("%c");
      return String.fromCodePoint(value as number);
    case "f":
      return fixed(value, type, spec);
    case "e":
      return exponent(value, type, precision);
    default:
      throw unsupported(`%${conversion}`);
  }
}

function cut(text: string, precision: string | undefined): string {
  return precision === undefined ? text : text.slice(0, Number(precision));
}

const BITS: Partial<Record<DataType["kind"], number>> = { byte: 8, short: 16, int: 32, long: 64 };

function whole(value: Value, type: DataType, spec: Specifier): string {
  const bits = BITS[type.kind];
  if (bits === undefined || spec.precision !== undefined) throw bad(`%${spec.conversion}`);
  const number = BigInt(value as number | bigint);
  if (spec.conversion !== "d") {
    const digits = BigInt.asUintN(bits, number).toString(spec.conversion === "x" ? 16 : 8);
    return spec.flags.includes("#") ? `${spec.conversion === "x" ? "0x" : "0"}${digits}` : digits;
  }
  const plain = number.toString();
  return sign(spec.flags.includes(",") ? groupThousands(plain) : plain, spec.flags);
}

function fixed(value: Value, type: DataType, spec: Specifier): string {
  const places = Number(spec.precision ?? 6);
  let plain: string;
  if (type.kind === "decimal") {
    plain = formatDecimal(rescale(value as bigint, type.scale, places), places);
  } else if (type.kind === "double" || type.kind === "float") {
    if (!Number.isFinite(value)) return sign(formatValue(value, type)!, spec.flags);
    const { unscaled, scale } = readBigDecimal(formatValue(value, type)!)!;
    plain = formatDecimal(rescale(unscaled, scale, places), places);
    if ((Object.is(value, -0) || (value as number) < 0) && !plain.startsWith("-"))
      plain = `-${plain}`;
  } else {
    throw bad("%f of a whole number");
  }
  return sign(spec.flags.includes(",") ? groupThousands(plain) : plain, spec.flags);
}

function exponent(value: Value, type: DataType, precision: string | undefined): string {
  if (type.kind !== "double") throw unsupported("%e of this type");
  const text = (value as number).toExponential(Number(precision ?? 6));
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

function sign(text: string, flags: string): string {
  if (text.startsWith("-")) return flags.includes("(") ? `(${text.slice(1)})` : text;
  return flags.includes("+") ? `+${text}` : flags.includes(" ") ? ` ${text}` : text;
}

function pad(text: string, flags: string, width: string | undefined): string {
  if (width === undefined || text.length >= Number(width)) return text;
  if (flags.includes("-")) return text.padEnd(Number(width));
  if (!flags.includes("0")) return text.padStart(Number(width));
  const lead = /^[-+ (]/.test(text) ? text[0]! : "";
  return lead + text.slice(lead.length).padStart(Number(width) - lead.length, "0");
}

function bad(what: string): Error {
  return runtimeError("INVALID_PARAMETER_VALUE", "22023", `the format has ${what}`);
}

function unsupported(what: string): Error {
  return runtimeError("UNSUPPORTED_FEATURE", "0A000", `${what} in a format is not supported yet`);
}
