/** Errors of a statement that a command made of its arguments. */
import { SovereignError } from "../../core/errors.ts";

/** What `work` gives; its error tells no line and column, since nobody wrote that text. */
export async function withoutPlace<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SovereignError) || !("column" in error.details)) throw error;
    const { line, column, ...details } = error.details;
    const place = `line ${line}, column ${column}: `;
    throw new SovereignError(error.code, error.message.replace(place, ""), {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      details,
      cause: error,
    });
  }
}
