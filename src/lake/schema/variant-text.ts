/**
 * A variant as JSON text, as Spark 4.2 prints it (`Variant.toJson`, session zone UTC): decimals
 * without trailing zeros, NaN and infinities quoted, moments as text, binary in base64.
 */
import { quoteJson, writeDouble } from "../sql/functions/js/json-write.ts";
import { formatDecimal, formatFloat } from "./format-number.ts";
import { formatDate, formatTimestamp } from "./format-value.ts";
import type { VariantValue } from "./value.ts";
import { readVariant, type VariantNode, type VariantScalar } from "./variant-read.ts";

/** JSON text of a variant; the variant `null` is `null`. */
export function variantText(value: VariantValue): string {
  return variantNodeText(readVariant(value));
}

/** JSON text of a part of a variant. */
export function variantNodeText(node: VariantNode): string {
  switch (node.kind) {
    case "array":
      return `[${node.items.map(variantNodeText).join(",")}]`;
    case "object":
      return `{${node.entries
        .map(([name, item]) => `${quoteJson(name)}:${variantNodeText(item)}`)
        .join(",")}}`;
    default:
      return scalarText(node);
  }
}

function scalarText({ type, value }: VariantScalar): string {
  switch (type.kind) {
    case "double":
      return writeDouble(value as number);
    case "float":
      return Number.isFinite(value) ? formatFloat(value as number) : writeDouble(value as number);
    case "decimal":
      return formatDecimal(value as bigint, type.scale);
    case "date":
      return quoteJson(formatDate(value as number));
    case "timestamp":
      return quoteJson(`${formatTimestamp(value as bigint)}+00:00`);
    case "timestamp_ntz":
      return quoteJson(formatTimestamp(value as bigint));
    case "string":
      return quoteJson(value as string);
    case "binary":
      return quoteJson(Buffer.from(value as Uint8Array).toString("base64"));
    default:
      return String(value);
  }
}
