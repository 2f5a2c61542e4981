/** What is wrong with a `databricks.yml`, each with its place, and how to say all of it. */
import { dirname, join } from "node:path";

import { type ErrorCode, SovereignError } from "../../core/errors.ts";

/** One mistake in a bundle or in a SQL file it names. */
export interface BundleProblem {
  /** NOT_IMPLEMENTED when Databricks would accept it. */
  code: Extract<ErrorCode, "INVALID_PARAMETER_VALUE" | "NOT_IMPLEMENTED">;
  message: string;
  hint: string;
  /** The file it stands in, relative to the bundle's folder. */
  file: string;
  /** 1-based. */
  line: number;
  column: number;
}

/** One error for all problems: the first one's message and code, the rest in the details. */
export function bundleError(path: string, problems: readonly BundleProblem[]): SovereignError {
  const first = problems[0] as BundleProblem;
  const more = problems.length === 1 ? "" : ` (and ${problems.length - 1} more)`;
  return new SovereignError(first.code, `${formatProblem(path, first)}${more}`, {
    hint:
      problems.length === 1 ? first.hint : `${first.hint}; \`sovereign run validate\` lists all`,
    details: { file: path, problems },
  });
}

/** `databricks.yml:4:7: message`; `path` is the bundle's. */
export function formatProblem(path: string, problem: BundleProblem): string {
  const file = join(dirname(path), problem.file);
  return `${file}:${problem.line}:${problem.column}: ${problem.message}`;
}
