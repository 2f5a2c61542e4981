/** Telling a job that never ran from a name that means none. */
import { SovereignError } from "../../core/errors.ts";
import type { Store } from "../../core/store/index.ts";
import { suggestName } from "../../core/suggest.ts";
import type { CommandContext } from "../context.ts";
import { findBundle } from "./bundle-flags.ts";

/** Throws RESOURCE_DOES_NOT_EXIST unless a job of the bundle here, or of an earlier run, has `name`. */
export async function requireKnownJob(
  context: CommandContext,
  store: Store,
  name: string,
): Promise<void> {
  const { bundledPipeline, checkBundle, listJobNames } = await import("../../run/index.ts");
  const path = findBundle([context.io.cwd, context.config.projectRoot]) ?? bundledPipeline();
  const { bundle } = await checkBundle(path);
  const known = new Set(listJobNames(store));
  for (const job of bundle?.jobs ?? []) known.add(job.key);
  if (known.has(name)) return;
  const near = suggestName(name, known);
  const list = known.size === 0 ? "`sovereign run validate` checks the databricks.yml" : null;
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `no job \`${name}\`, and no run of one`, {
    hint: near !== null ? `did you mean \`${near}\`?` : (list ?? `jobs: ${[...known].join(", ")}`),
  });
}
