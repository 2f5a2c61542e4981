/** `sovereign vector bench`: how fast a collection answers, and what its index finds. */
import { SovereignError } from "../../../core/errors.ts";
import { formatCount } from "../../../core/progress.ts";
import { createRng } from "../../../core/rng.ts";
import { takeTurn } from "../../../core/turns.ts";
import { DOUBLE, LONG, STRING, structField, structType } from "../../../lake/schema/data-type.ts";
import { defineCommand, type FieldSpec } from "../../command.ts";
import { openCollection } from "../../vector/store.ts";

const DEFAULT_EFS = [32, 64, 128, 256];
const FIELDS: readonly FieldSpec[] = [
  { name: "search", type: STRING, summary: "exact, hnsw or text" },
  { name: "ef", type: LONG, summary: "how many of the nearest a walk over the index keeps" },
  { name: "recall", type: DOUBLE, summary: "share of the exact results that were found" },
  { name: "qps", type: DOUBLE, summary: "queries a second, one after another" },
  { name: "p50_ms", type: DOUBLE, summary: "half of the queries take no longer" },
  { name: "p95_ms", type: DOUBLE },
  { name: "p99_ms", type: DOUBLE },
];

export const command = defineCommand({
  args: { collection: { summary: "which one", required: true, completes: "collections" } },
  flags: {
    queries: { type: "integer", value: "n", min: 1, summary: "how many (default 200)" },
    "num-results": { type: "integer", value: "n", min: 1, summary: "of each (default 10)" },
    ef: {
      type: "string",
      value: "list",
      summary: "how many of the nearest to keep, by comma (default 32,64,128,256 and as tuned)",
    },
    seed: { type: "integer", value: "n", summary: "of the queries (default 0)" },
  },
  examples: [
    { comment: "What the index finds, and how fast", run: "sovereign vector bench docs" },
    {
      comment: "The recall of two settings",
      run: "sovereign vector bench docs --ef 50,100 --json ef,recall",
    },
  ],
  notes:
    "Queries are vectors half-way between rows that are near each other, and words of rows. One thread; other programs on the machine count in. Without an index there is the exact search alone.",
  fields: FIELDS,
  databricks: "none: measure the endpoint from a client",
  seeAlso: ["vector eval", "vector optimize"],
  async run(context, { args, flags }) {
    const { benchCollection } = await import("../../../vector/eval/index.ts");
    const collection = await openCollection(context, args.collection, "read");
    const { index } = collection;
    const tuned = index.kind === "hnsw" ? [index.ef] : [];
    const efs = flags.ef === undefined ? [...DEFAULT_EFS, ...tuned] : readEfs(flags.ef);
    const progress = await context.progress();
    const task = progress.start({ label: `measuring ${args.collection}`, unit: "queries" });
    const lines = await benchCollection(collection, {
      queryCount: flags.queries ?? 200,
      numResults: flags["num-results"] ?? 10,
      efs: [...new Set(efs)].sort((a, b) => a - b),
      rng: createRng(flags.seed ?? 0),
      clock: context.io.clock,
      onQuery: () => {
        task.advance(1);
        return takeTurn(context.io.signal);
      },
    });
    task.discard();
    const rows = `${formatCount(collection.count)} row${collection.count === 1 ? "" : "s"}`;
    await context.note(`${args.collection}: ${rows}, index ${index.kind}`);
    const cells = lines.map(({ search, ef, recall, qps, p50, p95, p99 }) => [
      search,
      ef === null ? null : BigInt(ef),
      recall,
      ...[qps, p50, p95, p99].map((value) => Number(value.toPrecision(4))),
    ]);
    await context.printRows(
      {
        schema: structType(FIELDS.map(({ name, type }) => structField(name, type))),
        async *batches() {
          yield {
            rowCount: cells.length,
            columns: FIELDS.map((_, c) => ({ get: (r: number) => cells[r]![c]! })),
          };
        },
      },
      { limit: 0 },
    );
    return 0;
  },
});

function readEfs(word: string): number[] {
  const efs = word.split(",").map((part) => Number(part));
  if (efs.every((ef) => Number.isInteger(ef) && ef >= 1 && ef <= 10_000)) return efs;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` is no list of whole numbers`, {
    hint: "write `--ef 50,100`, each from 1 to 10000",
  });
}
