/**
 * JSON text taken apart (Spark 4.2 `jsonExpressions.scala`): `get_json_object`, `json_tuple` and
 * their like. Conversion to and from typed values is in `json-value.ts`.
 */
import { arrayType, INT, STRING, structField, structType } from "../../schema/data-type.ts";
import { StructValue, type Value } from "../../schema/value.ts";
import { mismatch } from "../types/mismatch.ts";
import { type Accept, STR } from "./accept.ts";
import { define, entry, script, wrongArity } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import { jsonAtPath, LENIENT } from "./js/json-path.ts";
import { type JsonNode, tryReadJson } from "./js/json-read.ts";
import { writeJson } from "./js/json-write.ts";
import { JSON_VALUES } from "./json-value.ts";

/** Text and nothing that becomes text. */
const TEXT: Accept = {
  ...STR,
  target: (t) => (t.kind === "string" || t.kind === "void" ? STRING : null),
};

const JSON_TUPLE = entry(
  "json_tuple",
  {
    kind: "generator",
    summary: "A row of the named fields of a JSON object.",
    example: `json_tuple('{"a":1, "b":2}', 'a', 'b')`,
  },
  script(
    "json_tuple",
    ([text, ...names]) => [new StructValue(tupleOf(text as string | null, names))],
    { onNull: true },
  ),
  (args, context) => {
    if (args.length < 2) {
      throw wrongArity(context.calledAs, "> 1", args.length, context.span);
    }
    if (args.some((arg) => arg.type.kind !== "string")) {
      throw mismatch("NON_STRING_TYPE", "all arguments of `json_tuple` are text", context.span);
    }
    const fields = args.slice(1).map((_, i) => structField(`c${i}`, STRING));
    return { type: arrayType(structType(fields), false), nullable: false, args };
  },
);

/** The text of each named field of an object; the last that is not NULL counts. */
function tupleOf(text: string | null, names: readonly Value[]): Value[] {
  const row = names.map((): Value => null);
  const node = text === null ? null : tryReadJson(text, LENIENT);
  if (node?.kind !== "object") return row;
  for (const [name, value] of node.entries) {
    if (value.kind === "null") continue;
    for (const [i, wanted] of names.entries()) if (wanted === name) row[i] = bareText(value);
  }
  return row;
}

function bareText(node: JsonNode): string {
  return node.kind === "string" ? node.text : writeJson(node);
}

export const JSON_FUNCTIONS: readonly FunctionDef[] = [
  define(
    "get_json_object",
    [TEXT, TEXT],
    STRING,
    script("get_json_object", ([text, path]) => jsonAtPath(text as string, path as string)),
    {
      nullable: true,
      summary: "The text at a path of a JSON text.",
      example: `get_json_object('{"a":"b"}', '$.a')`,
    },
  ),
  define(
    "json_array_length",
    [TEXT],
    INT,
    script("json_array_length", ([text]) => {
      const node = tryReadJson(text as string, LENIENT);
      return node?.kind === "array" ? node.items.length : null;
    }),
    {
      nullable: true,
      summary: "How many elements a JSON array has.",
      example: "json_array_length('[1,2,3]')",
    },
  ),
  define(
    "json_object_keys",
    [TEXT],
    arrayType(STRING),
    script("json_object_keys", ([text]) => {
      const node = tryReadJson(text as string, LENIENT);
      return node?.kind === "object" ? node.entries.map(([name]) => name) : null;
    }),
    {
      nullable: true,
      summary: "The names of the fields of a JSON object.",
      example: `json_object_keys('{"a":1}')`,
    },
  ),
  JSON_TUPLE,
  ...JSON_VALUES,
];
