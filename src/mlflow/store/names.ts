/**
 * What names and keys may look like (mlflow/utils/validation.py of 3.11.1). A name may become a
 * file's name somewhere, so it must stay itself when read as a path. Lengths count characters.
 */
import { invalidParameter } from "../wire/error.ts";
import { printPythonJson } from "../wire/python-json.ts";
import { pythonRepr } from "../wire/python-text.ts";

/** Python's `\w`, a trailing line feed included, as its `$` has it. */
const KEY = /^[/\p{L}\p{N}_.\- :]*\n?$/u;
const PLAIN_KEY = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;
const RUN_ID = /^[a-zA-Z0-9][\p{L}\p{N}_-]{0,255}\n?$/u;
const BAD_CHARACTERS =
  "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";

/** Refuses a key of a tag, param or metric; `path` is how messages call it. */
export function validateKey(key: string, path = "key"): void {
  // Nearly every key is one plain word, for which nothing below can fail.
  if (PLAIN_KEY.test(key)) return;
  if (!KEY.test(key)) throw invalidParameter(describeInvalid(path, key, BAD_CHARACTERS));
  validatePathUnique(key, path);
}

/** Refuses a name that would be another one as a path: `a//b`, `../x`, `/x`, ``. */
export function validatePathUnique(name: string, path: string): void {
  const normal = normalizePath(name);
  if (normal === name && name !== "." && !name.startsWith("..") && !name.startsWith("/")) return;
  throw invalidParameter(
    describeInvalid(
      path,
      name,
      `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to ${pythonRepr(normal)}`,
    ),
  );
}

/** Refuses a text of more than `limit` characters; `what` is how the message calls it. */
export function validateLength(what: string, limit: number, text: string): void {
  if (!isLongerThan(text, limit)) return;
  throw invalidParameter(`'${what}' exceeds the maximum length of ${limit} characters`);
}

/** The first `limit` characters of a text; refuses a longer one unless `truncates`. */
export function fitLength(what: string, limit: number, text: string, truncates: boolean): string {
  if (!isLongerThan(text, limit)) return text;
  if (!truncates) validateLength(what, limit, text);
  return [...text].slice(0, limit).join("");
}

/** Refuses what cannot be the id of a run. */
export function validateRunId(runId: string): void {
  if (RUN_ID.test(runId)) return;
  throw invalidParameter(
    `Invalid value ${printPythonJson(runId)} for parameter 'run_id' supplied.`,
  );
}

/** True for more than `limit` characters, surrogate pairs counted once. */
export function isLongerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  return text.length > 2 * limit || [...text].length > limit;
}

/** MLflow's words for a value it refuses. */
export function describeInvalid(path: string, value: string, reason: string): string {
  return `Invalid value ${printPythonJson(value)} for parameter '${path}' supplied: ${reason}`;
}

/** `posixpath.normpath`. */
export function normalizePath(path: string): string {
  // POSIX leaves the meaning of exactly two leading slashes open, and Python keeps them.
  const root = /^\/\/(?!\/)/.test(path) ? "//" : path.startsWith("/") ? "/" : "";
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    const isUp = part === "..";
    if (isUp && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!isUp || root === "") parts.push(part);
  }
  return root + parts.join("/") || ".";
}
