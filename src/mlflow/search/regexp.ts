/**
 * `regexp(pattern, text)` for RLIKE: MLflow asks Python's `re.search`, so Python's spellings are
 * rewritten, and a pattern that does not compile matches nothing. A pattern that backtracks too
 * much goes on in V8's linear engine, so that no filter can stop the server.
 */
import { setFlagsFromString } from "node:v8";

import type { Database } from "../../core/store/index.ts";

const CACHED_PATTERNS = 100;

/** Makes `regexp` known to the connection. */
export function defineRegexp(database: Database): void {
  setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
  const compiled = new Map<string, RegExp | null>();
  database.define("regexp", (pattern, text) => {
    if (typeof pattern !== "string" || typeof text !== "string") return 0;
    let expression = compiled.get(pattern);
    if (expression === undefined) {
      if (compiled.size >= CACHED_PATTERNS) compiled.clear();
      expression = compilePattern(pattern);
      compiled.set(pattern, expression);
    }
    return expression?.test(text) ? 1 : 0;
  });
}

/** What `re.search` looks for, or null where the pattern does not compile. */
export function compilePattern(pattern: string): RegExp | null {
  const [leading = "", letters = ""] = /^\(\?([aimsux]+)\)/.exec(pattern) ?? [];
  const flags = [...new Set(letters)].filter((letter) => "ims".includes(letter)).join("");
  const rewritten = pattern
    .slice(leading.length)
    .replace(/\\[\s\S]|\(\?P<|\(\?P=(\w+)\)|\$$/g, (found, name?: string) => {
      if (found === "\\A") return "(?<![\\s\\S])";
      if (found === "\\Z") return "(?![\\s\\S])";
      if (found === "(?P<") return "(?<";
      // Python's end of text may have one line end behind it.
      if (found === "$") return flags.includes("m") ? "$" : "(?=\\n?(?![\\s\\S]))";
      return name === undefined ? found : `\\k<${name}>`;
    });
  for (const mode of ["u", ""]) {
    try {
      return new RegExp(rewritten, flags + mode);
    } catch {
      // Without `u` more spellings are allowed.
    }
  }
  return null;
}
