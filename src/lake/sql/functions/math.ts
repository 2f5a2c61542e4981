/**
 * Mathematics (Spark 4.2 `mathExpressions.scala`). Floating functions compute in TypeScript, bit
 * for bit as Java's StrictMath (`js/fdlibm.ts` where JavaScript engines left it). sin, cos and tan
 * are correctly rounded; Java leaves their last bit to the processor.
 */
import { BINARY, DOUBLE, INT, LONG, STRING } from "../../schema/data-type.ts";
import { as, BIN, exact, INTEGRAL, INTERVALS, NUM, oneOf, STR } from "./accept.ts";
import { define, runtimeError, script } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import { convertBase } from "./js/convert-base.ts";
import * as fdlibm from "./js/fdlibm.ts";
import { pow } from "./js/fdlibm-pow.ts";
import * as trigonometry from "./js/trigonometry.ts";
import { BITS } from "./rounding.ts";

const DBL = as(DOUBLE);

function real(
  name: string,
  compute: (x: number) => number,
  options: { upper?: boolean } = {},
): FunctionDef {
  return define(
    name,
    [DBL],
    DOUBLE,
    script(name, ([x]) => compute(x as number)),
    {
      summary: `${name} of a number.`,
      ...(options.upper
        ? { pretty: (a: readonly string[]) => `${name.toUpperCase()}(${a[0]})` }
        : {}),
    },
  );
}

/** NULL outside the domain, as Spark's logarithms have it. */
function logarithm(name: string, compute: (x: number) => number, floor = 0): FunctionDef {
  return define(
    name,
    [DBL],
    DOUBLE,
    script(name, ([x]) => ((x as number) <= floor ? null : compute(x as number))),
    {
      nullable: true,
      summary: `${name} of a number; NULL outside its domain.`,
      pretty: (a) => `${name === "ln" ? name : name.toUpperCase()}(${a[0]})`,
    },
  );
}

const LOG = define(
  "log",
  [DBL, DBL],
  DOUBLE,
  script("log", ([a, b]) => {
    const [base, x] = b === undefined ? [Math.E, a as number] : [a as number, b as number];
    if (x <= 0 || base <= 0) return null;
    return b === undefined ? Math.log(x) : Math.log(x) / Math.log(base);
  }),
  {
    optional: 1,
    nullable: true,
    summary: "Logarithm to a base, or the natural one.",
    pretty: (a) => `LOG(${a.length === 1 ? `E(), ${a[0]}` : a.join(", ")})`,
  },
);

const ABS = define(
  "abs",
  [oneOf(NUM, INTERVALS)],
  (args) => args[0]!.type,
  (a, call) => {
    const { kind } = call.type;
    if (kind === "interval_dt") return `to_microseconds(abs(epoch_us(${a[0]})))`;
    if (kind === "interval_ym")
      return `CASE WHEN ${a[0]} < to_months(0) THEN -(${a[0]}) ELSE ${a[0]} END`;
    return `abs(${a[0]})`;
  },
  { summary: "The absolute value.", example: "abs(-1)" },
);

const SIGN = define(
  "sign",
  [oneOf(DBL, INTERVALS)],
  DOUBLE,
  script("sign", ([x]) => Math.sign(Number(x))),
  {
    aliases: ["signum"],
    pretty: (a, call) =>
      `${call.calledAs.toLowerCase() === "signum" ? "SIGNUM" : "sign"}(${a.join(", ")})`,
    summary: "-1.0, 0.0 or 1.0 by the sign.",
  },
);

const HEX = define(
  "hex",
  [oneOf(as(LONG), BIN, STR)],
  STRING,
  script("hex", ([x]) => {
    if (typeof x === "bigint") return BigInt.asUintN(64, x).toString(16).toUpperCase();
    const bytes = typeof x === "string" ? Buffer.from(x) : Buffer.from(x as Uint8Array);
    return bytes.toString("hex").toUpperCase();
  }),
  { summary: "A number, string or binary in hexadecimal." },
);

const UNHEX = define(
  "unhex",
  [STR],
  BINARY,
  script("unhex", ([x]) => {
    const text = x as string;
    if (!/^[0-9a-fA-F]*$/.test(text)) return null;
    return new Uint8Array(Buffer.from(text.length % 2 ? `0${text}` : text, "hex"));
  }),
  { nullable: true, summary: "Bytes of a hexadecimal text." },
);

function factorial(n: number): bigint | null {
  if (n < 0 || n > 20) return null;
  let product = 1n;
  for (let i = 2n; i <= BigInt(n); i++) product *= i;
  return product;
}

const WIDTH_BUCKET = define(
  "width_bucket",
  [DBL, DBL, DBL, as(LONG)],
  LONG,
  script("width_bucket", ([v, lo, hi, n]) => {
    const [value, min, max, count] = [v as number, lo as number, hi as number, n as bigint];
    if (count <= 0n || count === (1n << 63n) - 1n || min === max) return null;
    if (
      ![value, min, max].every((x) => !Number.isNaN(x)) ||
      !Number.isFinite(min) ||
      !Number.isFinite(max)
    )
      return null;
    const [lower, upper] = [Math.min(min, max), Math.max(min, max)];
    if (min < max) {
      if (value < lower) return 0n;
      if (value >= upper) return count + 1n;
      return BigInt(Math.trunc((Number(count) * (value - lower)) / (upper - lower))) + 1n;
    }
    if (value > upper) return 0n;
    if (value <= lower) return count + 1n;
    return BigInt(Math.trunc((Number(count) * (upper - value)) / (upper - lower))) + 1n;
  }),
  { nullable: true, summary: "The bucket of a value in an equal-width histogram." },
);

const TO_RADIANS = Math.PI / 180;

export const MATH: readonly FunctionDef[] = [
  ABS,
  SIGN,
  HEX,
  UNHEX,
  LOG,
  WIDTH_BUCKET,
  real("sqrt", Math.sqrt, { upper: true }),
  real("exp", fdlibm.exp, { upper: true }),
  real("expm1", Math.expm1, { upper: true }),
  real("cbrt", fdlibm.cbrt, { upper: true }),
  real("sin", trigonometry.sin, { upper: true }),
  real("cos", trigonometry.cos, { upper: true }),
  real("tan", trigonometry.tan, { upper: true }),
  real("cot", (x) => 1 / trigonometry.tan(x), { upper: true }),
  real("sec", (x) => 1 / trigonometry.cos(x), { upper: true }),
  real("csc", (x) => 1 / trigonometry.sin(x), { upper: true }),
  real("asin", Math.asin, { upper: true }),
  real("acos", Math.acos, { upper: true }),
  real("atan", Math.atan, { upper: true }),
  real("sinh", Math.sinh, { upper: true }),
  real("cosh", fdlibm.cosh, { upper: true }),
  real("tanh", fdlibm.tanh, { upper: true }),
  real("asinh", Math.asinh, { upper: true }),
  real("acosh", Math.acosh, { upper: true }),
  real("atanh", (x) => 0.5 * (Math.log1p(x) - Math.log1p(-x)), { upper: true }),
  real("degrees", (x) => x * (180 / Math.PI), { upper: true }),
  real("radians", (x) => x * TO_RADIANS, { upper: true }),
  real("rint", roundHalfEven),
  logarithm("ln", Math.log),
  logarithm("log10", Math.log10),
  logarithm("log2", (x) => Math.log(x) / Math.log(2)),
  logarithm("log1p", Math.log1p, -1),
  define("pi", [], DOUBLE, () => `'${Math.PI}'::DOUBLE`, { pretty: () => "PI()", summary: "π." }),
  define("e", [], DOUBLE, () => `'${Math.E}'::DOUBLE`, {
    pretty: () => "E()",
    summary: "Euler's number.",
  }),
  define(
    "pow",
    [DBL, DBL],
    DOUBLE,
    script("pow", ([x, y]) => pow(x as number, y as number)),
    {
      aliases: ["power"],
      pretty: (a, call) =>
        `${call.calledAs.toLowerCase() === "power" ? "POWER" : "pow"}(${a.join(", ")})`,
      summary: "A number to a power.",
    },
  ),
  define(
    "atan2",
    [DBL, DBL],
    DOUBLE,
    script("atan2", ([y, x]) => fdlibm.atan2((y as number) + 0, (x as number) + 0)),
    {
      pretty: (a) => `ATAN2(${a.join(", ")})`,
      summary: "Angle of a point.",
    },
  ),
  define(
    "hypot",
    [DBL, DBL],
    DOUBLE,
    script("hypot", ([x, y]) => fdlibm.hypot(x as number, y as number)),
    {
      pretty: (a) => `HYPOT(${a.join(", ")})`,
      summary: "Length of the hypotenuse.",
    },
  ),
  define(
    "factorial",
    [as(INT)],
    LONG,
    script("factorial", ([n]) => factorial(n as number)),
    {
      nullable: true,
      summary: "n!, NULL outside 0 to 20.",
    },
  ),
  define(
    "bin",
    [as(LONG)],
    STRING,
    script("bin", ([x]) => BigInt.asUintN(64, x as bigint).toString(2)),
    {
      summary: "A whole number in binary.",
    },
  ),
  define(
    "conv",
    [STR, as(INT), as(INT)],
    STRING,
    script("conv", ([n, from, to]) => convertBase(n as string, from as number, to as number)),
    {
      nullable: true,
      summary: "A number from one base to another.",
    },
  ),
  define(
    "bit_count",
    [exact(oneOf(INTEGRAL, as({ kind: "boolean" })))],
    INT,
    script("bit_count", ([x]) => {
      const bits = typeof x === "boolean" ? (x ? 1n : 0n) : BigInt.asUintN(64, BigInt(x as number));
      return bits.toString(2).replaceAll("0", "").length;
    }),
    { summary: "How many bits are set." },
  ),
  define(
    "getbit",
    [exact(INTEGRAL), as(INT)],
    { kind: "byte" },
    script("getbit", ([x, at], call) => {
      const width = BITS[call.args[0]!.type.kind]!;
      const position = at as number;
      if (position < 0 || position >= width) {
        throw runtimeError(
          "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE",
          "22023",
          `bit ${position} is out of range`,
        );
      }
      return Number((BigInt(x as number) >> BigInt(position)) & 1n);
    }),
    { aliases: ["bit_get"], showsAlias: true, summary: "One bit of a whole number." },
  ),
];

function roundHalfEven(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? withSign(floor, x) : withSign(floor + 1, x);
  return withSign(floor % 2 === 0 ? floor : floor + 1, x);
}

function withSign(value: number, like: number): number {
  return value === 0 && (like < 0 || Object.is(like, -0)) ? -0 : value;
}
