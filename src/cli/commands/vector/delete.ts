/** `sovereign vector delete`: rows of a collection, or all of it. */
import { SovereignError } from "../../../core/errors.ts";
import { formatCount } from "../../../core/progress.ts";
import { LONG, STRING } from "../../../lake/schema/data-type.ts";
import type { Selection } from "../../../vector/index.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import type { CommandContext } from "../../context.ts";
import { FILTER_FLAGS, readFilters } from "../../vector/filter-flags.ts";
import { openCollection, projectCollections, refuseFollower } from "../../vector/store.ts";

export const command = defineCommand({
  args: {
    collection: { summary: "which one", required: true, completes: "collections" },
    ids: { summary: "rows to delete; without ids and filters the collection goes", variadic: true },
  },
  flags: FILTER_FLAGS,
  examples: [
    { comment: "Two rows", run: "sovereign vector delete docs intro outro" },
    {
      comment: "Every row that fits, first to see how many",
      run: `sovereign vector delete docs --filter "year < 2000" --dry-run`,
    },
    {
      comment: "The same, unasked",
      run: `sovereign vector delete docs --filter "year < 2000" --yes`,
    },
    { comment: "The collection", run: "sovereign vector delete docs --yes" },
  ],
  fields: [
    { name: "collection", type: STRING },
    {
      name: "deleted",
      type: LONG,
      summary: "rows that went; null where a damaged file does not say",
    },
  ],
  databricks: "`databricks vector-search-indexes delete-data-vector-index`, `delete-index`",
  seeAlso: ["vector upsert", "vector optimize"],
  dryRun: true,
  async run(context, { args, flags }) {
    const { collection: name, ids } = args;
    const { dryRun, output, yes } = context.globals;
    const filters = readFilters(flags);
    const isWhole = ids.length === 0 && Object.keys(filters).length === 0;
    const store = projectCollections(context);
    let deleted: number | null;
    if (isWhole) {
      deleted = countRows(() => store.info(name).rowCount);
      if (!dryRun) {
        await confirm(context, `delete ${wholeText(name, deleted)}`);
        await store.drop(name);
      }
    } else {
      const selection = { ids, ...filters };
      // Rows named one by one are meant.
      const isAsked = !dryRun && !yes && Object.keys(filters).length > 0;
      const count = dryRun || isAsked ? await countSelected(context, name, selection) : 0;
      if (isAsked && count > 0) await confirm(context, `delete ${rowsText(count)} of ${name}`);
      deleted = dryRun ? count : await deleteSelected(context, name, selection);
    }
    const what = isWhole ? wholeText(name, deleted) : `${rowsText(deleted ?? 0)} of ${name}`;
    await context.note(`${dryRun ? "would delete" : "deleted"} ${what}`);
    if (output !== undefined) {
      const record = { collection: name, deleted: deleted === null ? null : BigInt(deleted) };
      await context.printRecord(command.fields ?? [], record);
    }
    return 0;
  },
});

async function countSelected(
  context: CommandContext,
  name: string,
  selection: Selection,
): Promise<number> {
  const collection = await openCollection(context, name, "read");
  refuseFollower(collection, name);
  return collection.find(selection).length;
}

async function deleteSelected(
  context: CommandContext,
  name: string,
  selection: Selection,
): Promise<number> {
  const collection = await openCollection(context, name, "write");
  refuseFollower(collection, name);
  return collection.delete(selection);
}

function wholeText(name: string, count: number | null): string {
  const what = count === null ? ", which is damaged" : ` with ${rowsText(count)}`;
  return `the collection ${name}${what}`;
}

function rowsText(count: number): string {
  return `${formatCount(count)} row${count === 1 ? "" : "s"}`;
}

/** A damaged collection can be deleted too; how many rows it had is then not known: null. */
function countRows(count: () => number): number | null {
  try {
    return count();
  } catch (error) {
    if (error instanceof SovereignError && error.code === "DATA_LOSS") return null;
    throw error;
  }
}
