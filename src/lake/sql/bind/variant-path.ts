/** `v:a.b[0]`: a part of a variant by its path (Spark 4.2 `SemiStructuredExtract`). */
import { STRING } from "../../schema/data-type.ts";
import type { Expression, Span } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import { resolveCall } from "../functions/index.ts";
import { parseVariantPath } from "../functions/js/variant-cast.ts";
import type { BoundExpression } from "../plan/expression.ts";
import { typedLiteral } from "../types/coercion.ts";

/** The part of `operand` at the path written after the colon, a VARIANT. */
export function bindVariantPath(
  operand: BoundExpression,
  path: string,
  span: Span,
): BoundExpression {
  if (operand.type.kind !== "variant") {
    throw new SqlError("the : operator takes a VARIANT apart", {
      errorClass: "COLUMN_IS_NOT_VARIANT_TYPE",
      sqlState: "42K09",
      span,
      hint: "use `get_json_object` for JSON text, or `parse_json` around it",
    });
  }
  const text = variantPath(path);
  // What Spark makes of blanks outside quotes and of escapes is not known.
  const isPlain = !path.includes("\\") && !/\s/.test(path.replaceAll(/(['"`]).*?\1/g, ""));
  if (!isPlain || !parseVariantPath(text))
    throw notImplemented(`the variant path \`${path}\``, span);
  const call = resolveCall("variant_get", [operand, typedLiteral(text, STRING)], { span });
  const key = lastKey(path);
  return key === null ? call : { ...call, data: key };
}

/** The name Spark gives a column written so: the last key of the path. */
export function variantKeyOf(expression: Expression): string | null {
  return expression.kind === "semi_structured" ? lastKey(expression.path) : null;
}

function lastKey(path: string): string | null {
  const keys = parseVariantPath(variantPath(path))?.filter((step) => typeof step === "string");
  return (keys?.at(-1) as string | undefined) ?? null;
}

function variantPath(path: string): string {
  const bare = path.replaceAll(/`([^`.[\]'"]+)`/g, "$1");
  return path.startsWith("[") ? `$${bare}` : `$.${bare}`;
}
