/**
 * Reading foreign JSON field by field: a value of the wrong kind is DATA_LOSS that names the field.
 */
import { SovereignError } from "../../core/errors.ts";
import { type CutDocument, type Cuts, cutValues } from "../../formats/json/cut-values.ts";
import { JsonFault } from "../../formats/json/json-scanner.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** A tokenizer file that breaks the rules of its format. */
export function malformed(what: string, hint?: string): SovereignError {
  return new SovereignError("DATA_LOSS", what, {
    hint:
      hint ?? "the file is damaged or not what its name says; get it again from where it was made",
  });
}

/** What `read` makes of a JSON document; where it is malformed, DATA_LOSS says the byte. */
export function readJson<T>(
  source: string,
  bytes: Uint8Array,
  { cuts, read }: { cuts: Cuts; read: (document: CutDocument) => T },
): T {
  try {
    const document = cutValues(bytes, cuts);
    const result = read(document);
    for (const reader of document.cut.values()) reader.finish();
    return result;
  } catch (cause) {
    if (!(cause instanceof JsonFault)) throw cause;
    throw malformed(`\`${source}\` is malformed JSON at byte ${cause.offset}: ${cause.message}`);
  }
}

/** A part of a tokenizer this program does not have. */
export function unsupported(what: string): SovereignError {
  return new SovereignError("NOT_IMPLEMENTED", what, {
    hint: "the types that `tokenizers` 0.23 writes are known; a newer file may have others",
  });
}

/** An object, or DATA_LOSS. */
export function readObject(value: unknown, where: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw malformed(`\`${where}\` is no object`);
}

/** A list, or DATA_LOSS. */
export function readList(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(`\`${where}\` is no list`);
}

/** A text, or DATA_LOSS. */
export function readText(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw malformed(`\`${where}\` is no string`);
}

/** A text of one character, or DATA_LOSS. */
export function readCharacter(value: unknown, where: string): string {
  const text = readText(value, where);
  if ([...text.slice(0, 3)].length === 1) return text;
  throw malformed(`\`${where}\` is not one character`);
}

/** A whole number from 0 to 2^32 - 1, or DATA_LOSS. */
export function readNatural(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32) {
    return value;
  }
  throw malformed(`\`${where}\` is no whole number`);
}

/** True or false; `otherwise` where the field is absent or null. */
export function readFlag(value: unknown, where: string, otherwise?: boolean): boolean {
  if (typeof value === "boolean") return value;
  if ((value === undefined || value === null) && otherwise !== undefined) return otherwise;
  throw malformed(`\`${where}\` is neither true nor false`);
}

/** One of the words allowed. */
export function readChoice<const C extends string>(
  value: unknown,
  choices: readonly C[],
  where: string,
): C {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw malformed(`\`${where}\` is none of ${choices.join(", ")}`);
}

/** What builds a part of a `tokenizer.json`, by its type. */
export type PartBuilders<Part> = Readonly<Record<string, (part: JsonObject) => Part>>;

/** The part a value describes, null for null; `where` is its field, `pre_tokenizer` for example. */
export function buildPart<Part>(
  builders: PartBuilders<Part>,
  value: unknown,
  where: string,
): Part | null {
  if (value === null || value === undefined) return null;
  const part = readObject(value, where);
  const type = readText(part.type, `${where}.type`);
  const build = Object.hasOwn(builders, type) ? builders[type] : undefined;
  if (build === undefined) {
    throw unsupported(`a ${where.replace("_", "-")} of type \`${type}\` is not known`);
  }
  return build(part);
}

/** The parts of a `Sequence`, whose list is called `field`, or the one part there is. */
export function listParts(value: unknown, field: string): JsonObject[] {
  if (value === null || value === undefined) return [];
  const part = value as JsonObject;
  if (part.type !== "Sequence") return [part];
  return (part[field] as unknown[]).flatMap((step) => listParts(step, field));
}
