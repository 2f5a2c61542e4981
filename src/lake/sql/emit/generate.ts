/**
 * Generators as engine SQL. A generator prints as a list with one element per made row: a struct
 * of its columns. `unnest` in the select list puts the rows beside the input row, in order.
 */

import { quoteIdentifier } from "../../engine/engine-type.ts";
import type { GeneratePlan } from "../plan/plan.ts";
import type { Block } from "./block.ts";
import { columnName, type Emitter } from "./relation.ts";

/** Prints a generate operator. */
export function emitGenerate(plan: GeneratePlan, emitter: Emitter): Block {
  const input = emitter.block(plan.input);
  const open =
    input.columns === null && !input.distinct && !input.limit ? input : emitter.wrap(input);
  const list = emitter.expression(plan.call);
  const rowName = `g${plan.generated[0]?.id ?? 0}`;
  const listName = `${rowName}l`;
  const listed = emitter.wrap({ ...open, columns: `*, ${list} AS ${listName}` });
  // A list of one NULL makes one row of NULLs.
  const rows = plan.outer
    ? `unnest(CASE WHEN len(${listName}) > 0 THEN ${listName} ELSE [NULL] END)`
    : `unnest(${listName})`;
  const unnested = emitter.wrap({
    ...listed,
    columns: `* EXCLUDE (${listName}), ${rows} AS ${rowName}`,
  });
  const { type } = plan.call;
  const fields = type.kind === "array" && type.element.kind === "struct" ? type.element.fields : [];
  const columns = plan.generated.map(
    (attribute, i) =>
      `(${rowName}).${quoteIdentifier(fields[i]!.name)} AS ${columnName(attribute)}`,
  );
  return emitter.wrap({
    ...unnested,
    columns: [`* EXCLUDE (${rowName})`, ...columns].join(", "),
  });
}
