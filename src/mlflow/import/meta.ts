/**
 * The YAML files of a FileStore as PyYAML writes them (YAML 1.1), with typed access to their
 * fields. Integers stay exact; a float keeps being one, so that its JSON is Python's.
 */
import { parse, type ScalarTag } from "yaml";

import { type ExactJson, JsonNumber } from "../../core/json/index.ts";
import { DamagedEntry, readText } from "./file-store.ts";

/** PyYAML's floats, which `1.0` is one of and `1` is not. */
const FLOAT: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: /^[-+]?(?:\d[\d_]*\.[\d_]*(?:e[-+]\d+)?|\.\d[\d_]*(?:e[-+]\d+)?|\.inf|\.nan)$/i,
  resolve: (text) => new YamlFloat(text),
};

/** A float of a YAML file, by its text. */
class YamlFloat {
  readonly value: number;

  constructor(text: string) {
    const plain = text.toLowerCase().replaceAll("_", "");
    const isInfinite = plain.endsWith(".inf");
    if (plain.endsWith(".nan")) this.value = Number.NaN;
    else if (isInfinite) this.value = plain.startsWith("-") ? -Infinity : Infinity;
    else this.value = Number(plain);
  }
}

/** The fields of one YAML file; getters throw `DamagedEntry` for a field of another type. */
export class Meta {
  readonly path: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(path: string, fields: Readonly<Record<string, unknown>>) {
    this.path = path;
    this.#fields = fields;
  }

  /** The field's text; null when absent. Old files have integers where newer ones have text. */
  text(name: string): string | null {
    const value = this.#fields[name] ?? null;
    if (value === null || typeof value === "string") return value;
    if (typeof value === "bigint") return String(value);
    return this.#fail(name, "text");
  }

  /** Like `text`, for a field that must be there. */
  need(name: string): string {
    return this.text(name) ?? this.#fail(name, "text");
  }

  /** The field's integer; null when absent. */
  integer(name: string): bigint | null {
    const value = this.#fields[name] ?? null;
    if (value === null || typeof value === "bigint") return value;
    return this.#fail(name, "an integer");
  }

  boolean(name: string): boolean | null {
    const value = this.#fields[name] ?? null;
    return value === null || typeof value === "boolean" ? value : this.#fail(name, "true or false");
  }

  /** The field's mapping; null when absent. */
  mapping(name: string): Meta | null {
    const value = this.#fields[name] ?? null;
    if (value === null) return null;
    return isMapping(value) ? new Meta(this.path, value) : this.#fail(name, "a mapping");
  }

  has(name: string): boolean {
    return name in this.#fields;
  }

  /** The field as JSON values; null when absent. */
  json(name: string): ExactJson {
    return toJson(this.#fields[name] ?? null, this.path);
  }

  /** Every field as JSON values. */
  all(): ExactJson {
    return toJson(this.#fields, this.path);
  }

  names(): string[] {
    return Object.keys(this.#fields);
  }

  #fail(name: string, wanted: string): never {
    throw new DamagedEntry(this.path, `\`${name}\` is missing or is not ${wanted}`);
  }
}

/** Reads a YAML file that holds a mapping. */
export function readMeta(path: string): Meta {
  const text = readText(path);
  let fields: unknown;
  try {
    fields = parse(text, {
      version: "1.1",
      intAsBigInt: true,
      customTags: (tags) => [FLOAT, ...tags],
    });
  } catch (error) {
    const [line = ""] = (error as Error).message.split("\n");
    throw new DamagedEntry(path, `is malformed (${line.replace(/:$/, "")})`);
  }
  if (!isMapping(fields)) throw new DamagedEntry(path, "is empty, or holds no mapping");
  return new Meta(path, fields);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

function toJson(value: unknown, path: string): ExactJson {
  if (value instanceof YamlFloat) return new JsonNumber(String(value.value));
  if (Array.isArray(value)) return value.map((item) => toJson(item, path));
  if (isMapping(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, toJson(member, path)]),
    );
  }
  const isPlain = value === null || ["string", "boolean", "bigint"].includes(typeof value);
  if (!isPlain) throw new DamagedEntry(path, "holds what JSON has not");
  return value as ExactJson;
}
