/**
 * Old versions of a table: `VERSION AS OF 3`, `TIMESTAMP AS OF '…'`, `t@v3`,
 * `t@20240131120000000` and the same at the end of a path in back-ticks (references: Spark 4.2
 * `temporalClause`, Delta `DeltaTimeTravelSpec`).
 */
import type { Expression, MultipartName, TimeTravel } from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseValue } from "./expression.ts";
import { literal, parseStringLiteral, stringNode } from "./literal.ts";

const VERSION_SUFFIX = /@(?:v(\d+)|(\d{17}))$/i;

/** The clause behind a table's name, if it comes next. */
export function parseTimeTravel(c: Cursor): TimeTravel | undefined {
  if (c.isSymbol("@")) return parseAtSign(c);
  const start = c.start;
  const ahead = c.isWord("FOR") ? 1 : 0;
  if (!c.isWord("AS", ahead + 1) || !c.isWord("OF", ahead + 2)) return undefined;
  const isVersion = c.isWord("VERSION", ahead) || c.isWord("SYSTEM_VERSION", ahead);
  const isTimestamp = c.isWord("TIMESTAMP", ahead) || c.isWord("SYSTEM_TIME", ahead);
  if (!isVersion && !isTimestamp) return undefined;
  for (let i = 0; i < ahead + 3; i++) c.advance();
  const value = isVersion ? parseVersion(c) : parseValue(c);
  return { kind: isVersion ? "version" : "timestamp", value, span: c.spanFrom(start) };
}

function parseVersion(c: Cursor): Expression {
  const { kind, start } = c.peek();
  if (kind === "string") {
    const { value, span } = parseStringLiteral(c);
    return stringNode(value, span);
  }
  if (kind === "number" || c.isSymbol(":") || c.isSymbol("?")) {
    const value = parseValue(c, 8);
    const isPlain = value.kind === "literal" && value.value.kind === "number";
    if (value.kind === "parameter") return value;
    if (isPlain && /^\d+$/.test(c.text.slice(start, value.span.end))) return value;
  }
  throw c.fail("a version number");
}

function parseAtSign(c: Cursor): TimeTravel {
  const start = c.start;
  const found = VERSION_SUFFIX.exec(c.text.slice(start, c.peek(1).end));
  if (!found) throw c.fail("`@v` and a version, or `@` and yyyyMMddHHmmssSSS");
  c.advance();
  c.advance();
  return toTimeTravel(found, { start, end: c.spanFrom(start).end });
}

function toTimeTravel(found: RegExpExecArray, span: TimeTravel["span"]): TimeTravel {
  const [, version, digits] = found;
  if (version !== undefined) {
    const value = literal({ kind: "number", text: version, suffix: "" }, span);
    return { kind: "version", value, span };
  }
  const text = digits!.replace(
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/,
    "$1-$2-$3 $4:$5:$6.$7",
  );
  return { kind: "timestamp", value: stringNode(text, span), span };
}

/** Takes `@v3` off the end of ``delta.`/path@v3` ``. */
export function splitPathVersion(name: MultipartName): {
  name: MultipartName;
  timeTravel?: TimeTravel;
} {
  const last = name.parts.at(-1)!;
  const isPath = name.parts.length === 2 && last.quoted && last.name.includes("/");
  const found = isPath ? VERSION_SUFFIX.exec(last.name) : null;
  if (!found) return { name };
  const path = { ...last, name: last.name.slice(0, found.index) };
  return {
    name: { parts: [name.parts[0]!, path], span: name.span },
    timeTravel: toTimeTravel(found, last.span),
  };
}
