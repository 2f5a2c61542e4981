/**
 * Bound on the height of a syntax tree. Long chains (`1 + 1 + …`, UNION after UNION) do not nest
 * in the text, yet they nest in the tree, and whoever walks it recursively must not overflow.
 */
import type { Statement } from "../ast.ts";
import { SqlError } from "../error.ts";

/** Operators, calls, relations and queries on the longest way from the root to a leaf. */
const MAX_HEIGHT = 600;

/** Refuses a tree that is too high; walks it without recursion, in linear time. */
export function checkHeight(root: Statement | { kind: string }): void {
  const pending: { value: object; height: number }[] = [{ value: root, height: 0 }];
  for (let item = pending.pop(); item; item = pending.pop()) {
    const height = item.height + ("kind" in item.value ? 1 : 0);
    if (height > MAX_HEIGHT) throw tooComplex(item.value);
    for (const child of Object.values(item.value)) {
      if (typeof child === "object" && child !== null) pending.push({ value: child, height });
    }
  }
}

function tooComplex(value: object): SqlError {
  const span = "span" in value ? (value.span as { start: number; end: number }) : undefined;
  return new SqlError(`the statement chains more than ${MAX_HEIGHT} operators`, {
    errorClass: "FAILED_TO_PARSE_TOO_COMPLEX",
    sqlState: "54001",
    span,
    hint: "break the chain with parentheses in the middle, or use IN, VALUES or a WITH clause",
  });
}
