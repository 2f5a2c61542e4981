/** `sovereign vector eval`: how well a collection's searches find what is relevant. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SovereignError } from "../../../core/errors.ts";
import { formatCount } from "../../../core/progress.ts";
import { createRng } from "../../../core/rng.ts";
import { takeTurn } from "../../../core/turns.ts";
import { DOUBLE, LONG, STRING, structField, structType } from "../../../lake/schema/data-type.ts";
import type {
  EvaluationLine,
  JudgedQuery,
  JudgedText,
  Searcher,
} from "../../../vector/eval/index.ts";
import type { Collection, QueryType } from "../../../vector/index.ts";
import { defineCommand, type FieldSpec } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { openCollection } from "../../vector/store.ts";

const MODES = ["vector", "text", "hybrid"] as const;
type Mode = (typeof MODES)[number];
const TYPES: Readonly<Record<Mode, QueryType>> = {
  vector: "ANN",
  text: "FULL_TEXT",
  hybrid: "HYBRID",
};
const FIELDS: readonly FieldSpec[] = [
  { name: "search", type: STRING, summary: "vector, text or hybrid" },
  { name: "metric", type: STRING, summary: "hit, recall, precision, mrr, ndcg or map, at k" },
  { name: "value", type: DOUBLE, summary: "mean over the queries" },
  { name: "low", type: DOUBLE, summary: "of its 95 % interval" },
  { name: "high", type: DOUBLE },
  { name: "difference", type: DOUBLE, summary: "to the first search, query by query" },
  { name: "difference_low", type: DOUBLE, summary: "of its 95 % interval" },
  { name: "difference_high", type: DOUBLE },
  { name: "queries", type: LONG },
];

export const command = defineCommand({
  args: { collection: { summary: "which one", required: true, completes: "collections" } },
  flags: {
    queries: {
      type: "string",
      value: "file",
      summary: 'JSON lines: `{"query": "red apple", "relevant": ["a", "b"]}`',
      completes: "files",
    },
    generate: {
      type: "integer",
      value: "n",
      min: 1,
      summary:
        "queries from the collection's own texts instead: a sentence taken out finds the rest",
    },
    compare: {
      type: "string",
      value: "searches",
      summary: "of vector, text and hybrid, by comma; the first is the baseline",
    },
    k: { type: "integer", value: "n", min: 1, summary: "how many results count (default 10)" },
    seed: { type: "integer", value: "n", summary: "of what is drawn by lot (default 0)" },
  },
  examples: [
    {
      comment: "On queries that were judged",
      run: "sovereign vector eval articles --queries judged.jsonl",
    },
    {
      comment: "On sentences of the texts themselves",
      run: "sovereign vector eval articles --generate 100 --k 5 --json search,metric,value",
    },
  ],
  notes:
    "Metrics are those of trec_eval. Intervals are by bootstrap over queries; a difference whose interval leaves out 0 is hardly chance. Queries have vectors by the collection's embedder, or by a member `vector` of their line.",
  fields: FIELDS,
  databricks: "`mlflow.evaluate` with retriever metrics",
  seeAlso: ["vector bench", "vector query"],
  async run(context, { args, flags }) {
    const { evaluateSearches } = await import("../../../vector/eval/index.ts");
    refuseUnknownModes(flags.compare);
    const collection = await openCollection(context, args.collection, "read");
    const rng = createRng(flags.seed ?? 0);
    const work = await prepare(context, collection, { ...flags, rng });
    const { queries } = work;
    const modes = chooseModes(flags.compare, work.collection, queries);
    await warnOfStrangers(context, work);
    const k = flags.k ?? 10;
    const task = (await context.progress()).start({
      label: "searching",
      unit: "queries",
      total: modes.length * queries.length,
    });
    const lines = await evaluateSearches(
      modes.map((mode) => searcherOf(mode, work.collection, k)),
      queries,
      {
        k,
        rng,
        onQuery: () => {
          task.advance(1);
          return takeTurn(context.io.signal);
        },
      },
    );
    task.discard();
    const digits = ["table", "md"].includes(context.format) ? 4 : null;
    const counted = `${formatCount(queries.length)} ${queries.length === 1 ? "query" : "queries"}`;
    await context.note(`${args.collection}: ${counted}, the first ${k} of the results`);
    await context.printRows(rowsOf(lines, queries.length, digits), { limit: 0 });
    return 0;
  },
});

type Work = { collection: Collection; queries: readonly JudgedQuery<JudgedText>[] };

/** The queries, and the collection they are for: with `--generate` a copy that lacks them. */
async function prepare(
  context: CommandContext,
  collection: Collection,
  {
    queries: file,
    generate,
    rng,
  }: {
    queries: string | undefined;
    generate: number | undefined;
    rng: ReturnType<typeof createRng>;
  },
): Promise<Work> {
  const { makeClozeCollection, readJudgedTexts } = await import("../../../vector/eval/index.ts");
  if ((file === undefined) === (generate === undefined)) {
    const what = file === undefined ? "there are no queries" : "there are two kinds of queries";
    throw refuse(what, "give either `--queries FILE` or `--generate 100`");
  }
  if (file !== undefined) {
    const queries = await readJudgedTexts(resolve(context.io.cwd, file), file);
    if (queries.length > 0) return { collection, queries };
    throw refuse(`\`${file}\` holds no query`, "write one JSON object a line");
  }
  if (collection.settings.text.length === 0) {
    throw refuse("the collection has no text fields", "give queries with `--queries FILE`");
  }
  const folder = mkdtempSync(join(tmpdir(), "sovereign-eval-"));
  context.onClose(() => rmSync(folder, { recursive: true, force: true }));
  const base = join(folder, "copy");
  const made = await makeClozeCollection(collection, { base, count: generate!, rng });
  context.onClose(() => made.copy.close());
  if (made.queries.length > 0) return { collection: made.copy, queries: made.queries };
  throw refuse("no text has two sentences to take one from", "give queries with `--queries FILE`");
}

function readModes(word: string): string[] {
  return word.split(",").map((part) => part.trim());
}

/** Before queries and collection are read, which may take long. */
function refuseUnknownModes(word: string | undefined): void {
  const odd = readModes(word ?? "vector").find((mode) => !MODES.includes(mode as Mode));
  if (odd !== undefined) throw refuse(`there is no search \`${odd}\``, `of ${MODES.join(", ")}`);
}

/** Relevant ids that are no rows can never be found: the file may be another collection's. */
async function warnOfStrangers(
  context: CommandContext,
  { collection, queries }: Work,
): Promise<void> {
  const ids = new Set(queries.flatMap(({ relevance }) => [...relevance.keys()]));
  const strangers = [...ids].filter((id) => collection.get(id) === null);
  if (strangers.length === 0) return;
  const count = `${formatCount(strangers.length)} of ${formatCount(ids.size)}`;
  await context.warn(`${count} relevant ids are no rows, \`${strangers[0]}\` the first of them`);
}

/** What was asked for, or what collection and queries allow. */
function chooseModes(
  word: string | undefined,
  { settings }: Collection,
  queries: Work["queries"],
): Mode[] {
  const hasText = settings.text.length > 0 && queries.every(({ query }) => query.text !== null);
  const isEmbedded = (query: JudgedText): boolean =>
    query.vector !== null || (settings.embedder !== undefined && query.text !== null);
  const hasVector = settings.dims > 0 && queries.every(({ query }) => isEmbedded(query));
  const possible: Mode[] = [
    ...(hasText ? (["text"] as const) : []),
    ...(hasVector ? (["vector"] as const) : []),
    ...(hasText && hasVector ? (["hybrid"] as const) : []),
  ];
  const asked = word === undefined ? possible : readModes(word);
  const missing = asked.find((mode) => !possible.includes(mode as Mode));
  if (missing === undefined && asked.length > 0) return asked as Mode[];
  throw refuse(
    `\`${missing ?? "vector"}\` cannot be searched with these queries`,
    "text needs text fields and texts, vector and hybrid need an embedder, or vectors",
  );
}

function searcherOf(mode: Mode, collection: Collection, k: number): Searcher<JudgedText> {
  return {
    name: mode,
    search: async ({ text, vector }) => {
      const hits = await collection.search({
        queryType: TYPES[mode],
        numResults: k,
        ...(text === null ? {} : { text }),
        ...(vector === null || mode === "text" ? {} : { vector }),
      });
      return hits.map(({ id }) => id);
    },
  };
}

/** Values with so many `digits` behind the point, or with all. */
function rowsOf(lines: readonly EvaluationLine[], queryCount: number, digits: number | null) {
  const round = (value: number): number =>
    digits === null ? value : Number(value.toFixed(digits));
  const rows = lines.map(({ search, metric, estimate, difference }) => [
    search,
    metric,
    ...[estimate.mean, estimate.low, estimate.high].map(round),
    ...(difference === null
      ? [null, null, null]
      : [difference.mean, difference.low, difference.high].map(round)),
    BigInt(queryCount),
  ]);
  return {
    schema: structType(FIELDS.map(({ name, type }) => structField(name, type))),
    async *batches() {
      yield {
        rowCount: rows.length,
        columns: FIELDS.map((_, c) => ({ get: (r: number) => rows[r]![c]! })),
      };
    },
  };
}

function refuse(message: string, hint: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, { hint });
}
