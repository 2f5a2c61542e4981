/**
 * The two kinds of placeholders. `${var.x}` is replaced when the bundle is loaded; `{{job.run_id}}`
 * when a task starts (Databricks' dynamic value references). Neither holds expressions, and one
 * that means nothing is an error, never empty text.
 */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";

/** Replaces every `${name}` by its value; values may not hold placeholders themselves. */
export function interpolateStatic(
  text: string,
  values: ReadonlyMap<string, string>,
): { text: string; unknown: string[] } {
  const unknown: string[] = [];
  const replaced = text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
    const value = values.get(name.trim());
    if (value === undefined) unknown.push(name.trim());
    return value ?? whole;
  });
  return { text: replaced, unknown };
}

/** Replaces every `{{name}}`; INVALID_PARAMETER_VALUE for one that is not known. */
export function interpolateDynamic(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\{\{\s*([^}]*?)\s*\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value !== undefined) return value;
    const near = suggestName(name, values.keys());
    throw new SovereignError("INVALID_PARAMETER_VALUE", `unknown reference \`{{${name}}}\``, {
      hint:
        near === null ? `known: ${[...values.keys()].join(", ")}` : `did you mean \`{{${near}}}\`?`,
    });
  });
}
