/** One configuration value: from TOML, from text (environment, flags), and back to text. */
import { isAbsolute, resolve } from "node:path";

import type { ConfigKey, ConfigValue } from "./schema.ts";

const SIZE = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/i;

/** What a key accepts, in words, for messages. */
export function describeType(key: ConfigKey): string {
  switch (key.type) {
    case "string":
      return "a string";
    case "path":
      return "a path";
    case "size":
      return "a size such as `4GB` or `512MiB`";
    case "integer":
      return key.minimum === undefined ? "an integer" : `an integer of at least ${key.minimum}`;
    case "boolean":
      return "`true` or `false`";
    case "string[]":
      return "a list of strings";
    case "choice":
      return `one of ${(key.choices ?? []).map((choice) => `\`${choice}\``).join(", ")}`;
  }
}

/** The value of a parsed TOML node, or undefined when it does not fit the key. */
export function valueFromToml(key: ConfigKey, node: unknown, baseFolder: string) {
  if (key.type === "string[]") {
    const isList = Array.isArray(node) && node.every((item) => typeof item === "string");
    return isList ? (node as string[]) : undefined;
  }
  if (key.type === "integer") {
    return typeof node === "number" || typeof node === "bigint"
      ? checkInteger(key, Number(node))
      : undefined;
  }
  if (key.type === "boolean") return typeof node === "boolean" ? node : undefined;
  return typeof node === "string" ? checkText(key, node, baseFolder) : undefined;
}

/** The value of a text, or undefined when it does not fit. Lists are comma-separated. */
export function valueFromText(
  key: ConfigKey,
  text: string,
  baseFolder: string,
): ConfigValue | undefined {
  if (key.type === "string[]") {
    return text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  }
  if (key.type === "integer") {
    return /^[+-]?\d{1,15}$/.test(text.trim()) ? checkInteger(key, Number(text)) : undefined;
  }
  if (key.type === "boolean") return BOOLEANS[text.trim().toLowerCase()];
  return checkText(key, text, baseFolder);
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  "1": true,
  false: false,
  "0": false,
};

/** As one would write it in `batuta.toml`. */
export function formatConfigValue(value: ConfigValue): string {
  if (value === null) return "";
  return JSON.stringify(value);
}

/** Bytes of a size such as `4GB` (decimal) or `512MiB` (binary); null if it is none. */
export function parseSizeBytes(text: string): number | null {
  const match = SIZE.exec(text.trim());
  if (match === null) return null;
  const unit = (match[2] as string).toLowerCase();
  const step = unit.includes("i") ? 1024 : 1000;
  const power = ["b", "k", "m", "g", "t"].indexOf(unit[0] as string);
  return Math.floor(Number(match[1]) * step ** power);
}

function checkInteger(key: ConfigKey, value: number): number | undefined {
  const isInRange = Number.isSafeInteger(value) && value >= (key.minimum ?? -Infinity);
  return isInRange ? value : undefined;
}

function checkText(key: ConfigKey, text: string, baseFolder: string): string | undefined {
  switch (key.type) {
    case "path":
      if (text === "") return undefined;
      return isAbsolute(text) ? text : resolve(baseFolder, text);
    case "size":
      return parseSizeBytes(text) === null ? undefined : text.trim();
    case "choice":
      return key.choices?.includes(text) ? text : undefined;
    default:
      return text;
  }
}
