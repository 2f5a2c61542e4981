/** Which partition a file lies in, as a predicate that other files can be held against. */
import {
  type AddFile,
  type PrunePredicate,
  parsePartitionValue,
  physicalName,
  type Snapshot,
} from "../../delta/index.ts";
import { toPruneLiteral } from "../../sql/plan/rules/index.ts";

/** True for the rows of the partition of `add`. */
export function partitionPredicate(snapshot: Snapshot, add: AddFile): PrunePredicate {
  const { schema, metadata, columnMappingMode } = snapshot;
  const args = metadata.partitionColumns.map((column): PrunePredicate => {
    const field = schema.fields.find(({ name }) => name === column);
    if (!field) return { kind: "unknown" };
    const text = add.partitionValues[physicalName(field, columnMappingMode)];
    const value = parsePartitionValue(text, field.type, column);
    if (value === null) return { kind: "is_null", column: [column] };
    const literal = toPruneLiteral(value, field.type);
    if (literal === null) return { kind: "unknown" };
    return { kind: "compare", op: "<=>", column: [column], value: literal };
  });
  return { kind: "and", args };
}
