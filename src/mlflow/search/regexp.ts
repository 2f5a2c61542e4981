/**
 * `regexp(pattern, text)` for RLIKE: MLflow asks Python's `re.search`, so Python's spellings are
 * rewritten, and a pattern that does not compile matches nothing. A pattern that backtracks too
 * much goes on in V8's linear engine, which knows neither the flag `u` nor `i`, back references and
 * looking around: those few can take long, and `readers.ts` sets an end to them.
 */
import { setFlagsFromString } from "node:v8";

import type { Database } from "../../core/store/index.ts";

const CACHED_PATTERNS = 100;
const ASCII_ONLY = /^[\t-~]*$/;
const SURROGATE = /[\ud800-\udfff]/;

interface Pattern {
  /** For texts without letters beyond the first plane, where `u` makes no difference. */
  readonly plain: RegExp | null;
  readonly unicode: RegExp | null;
}

/** Makes `regexp` known to the connection. */
export function defineRegexp(database: Database): void {
  setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");
  const compiled = new Map<string, Pattern>();
  database.define("regexp", (pattern, text) => {
    if (typeof pattern !== "string" || typeof text !== "string") return 0;
    let expression = compiled.get(pattern);
    if (expression === undefined) {
      if (compiled.size >= CACHED_PATTERNS) compiled.clear();
      expression = compile(pattern);
      compiled.set(pattern, expression);
    }
    const { plain, unicode } = expression;
    return (SURROGATE.test(text) ? unicode : plain)?.test(text) ? 1 : 0;
  });
}

/** What `re.search` looks for, or null where the pattern does not compile. */
export function compilePattern(pattern: string): RegExp | null {
  return compile(pattern).unicode;
}

function compile(pattern: string): Pattern {
  const [leading = "", letters = ""] = /^\(\?([aimsux]+)\)/.exec(pattern) ?? [];
  const flags = [...new Set(letters)].filter((letter) => "ims".includes(letter)).join("");
  const isByLine = flags.includes("m");
  const rewritten = pattern
    .slice(leading.length)
    .replace(/\\[\s\S]|\(\?P<|\(\?P=(\w+)\)|\$$/g, (found, name?: string) => {
      if (found === "\\A") return isByLine ? "(?<![\\s\\S])" : "^";
      if (found === "\\Z") return isByLine ? "(?![\\s\\S])" : "$";
      if (found === "(?P<") return "(?<";
      // Python's end of text may have one line end behind it.
      if (found === "$") return isByLine ? "$" : "\\n?$";
      return name === undefined ? found : `\\k<${name}>`;
    });
  // What `u` refuses may be a pattern without it: more spellings are allowed there.
  const unicode = tryCompile(rewritten, `${flags}u`) ?? tryCompile(rewritten, flags);
  const meansTheSame = unicode?.unicode && ASCII_ONLY.test(rewritten) && !/\\[pPu]/.test(rewritten);
  return { unicode, plain: meansTheSame ? tryCompile(rewritten, flags) : unicode };
}

function tryCompile(source: string, flags: string): RegExp | null {
  try {
    return new RegExp(source, flags);
  } catch {
    return null;
  }
}
