/** DATATYPE_MISMATCH errors, shared by coercion and the function table. */
import type { Span } from "../ast.ts";
import { SqlError } from "../error.ts";

/** A DATATYPE_MISMATCH error of the given sub-class. */
export function mismatch(subclass: string, message: string, span?: Span, hint?: string): SqlError {
  return new SqlError(message, {
    errorClass: `DATATYPE_MISMATCH.${subclass}`,
    sqlState: "42K09",
    span,
    hint: hint ?? "convert the argument with `cast(… as …)`",
  });
}
