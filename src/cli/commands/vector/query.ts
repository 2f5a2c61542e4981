/** `sovereign vector query`: the rows nearest to a vector, best for a text, or both. */
import { SovereignError } from "../../../core/errors.ts";
import { DOUBLE, STRING } from "../../../lake/schema/data-type.ts";
import type { Collection } from "../../../vector/index.ts";
import { type Fusion, QUERY_TYPES } from "../../../vector/index.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { FILTER_FLAGS, readFilters } from "../../vector/filter-flags.ts";
import { readNumber, readVectorWord } from "../../vector/numbers.ts";
import { rowColumns } from "../../vector/row-columns.ts";
import { openCollection } from "../../vector/store.ts";

const DEFAULT_RESULTS = 10;

export const command = defineCommand({
  args: {
    collection: { summary: "where to search", required: true, completes: "collections" },
    text: { summary: "words to search for; `-` reads them from stdin" },
  },
  flags: {
    vector: {
      type: "string",
      value: "numbers",
      summary: "numbers with commas between, `@file`, or `-` for stdin",
    },
    like: { type: "string", value: "id", summary: "the vector of this row" },
    "num-results": {
      type: "integer",
      value: "n",
      min: 1,
      max: 100_000,
      summary: "at most n rows (default 10)",
    },
    "score-threshold": {
      type: "string",
      value: "number",
      summary: "only rows with at least this score",
    },
    "query-type": {
      type: "choice",
      choices: QUERY_TYPES,
      summary: "ANN by vector, FULL_TEXT by words, HYBRID by both (default: by what there is)",
    },
    exact: { type: "boolean", summary: "look at every row, also where there is an index" },
    ef: {
      type: "integer",
      value: "n",
      min: 1,
      max: 100_000,
      summary: "how many of the nearest a search of the index keeps (default: as tuned)",
    },
    ...FILTER_FLAGS,
    fusion: {
      type: "choice",
      choices: ["weighted", "rrf"],
      summary: "of HYBRID: add weighted scores (default) or reciprocal ranks",
      group: "Both",
    },
    "text-weight": {
      type: "string",
      value: "number",
      summary: "how much words count beside vectors, 0 to 1 (default 0.7)",
      group: "Both",
    },
    "rrf-k": {
      type: "integer",
      value: "n",
      summary: "what is added to every rank (default 60)",
      group: "Both",
    },
  },
  examples: [
    {
      comment: "The rows nearest to a vector",
      run: "sovereign vector query docs --vector 0.1,0.2",
    },
    {
      comment: "The best rows for some words, of one city",
      run: `sovereign vector query articles "red apple*" --filter "city = 'Bern'"`,
    },
    {
      comment: "Rows like another one, for a program",
      run: "sovereign vector query docs --like intro --num-results 5 --json id,score",
    },
  ],
  notes:
    'Words are sought by their stems and scored by BM25; `"red apple"` is a phrase, `app*` the start of a word, `aple~` a word with a slip in it. After id and score come the metadata fields. With an embedder a text is sought by its meaning too. The score of a vector is its cosine, its product, or 1 / (1 + distance²), by the metric.',
  fields: [
    { name: "id", type: STRING },
    { name: "score", type: DOUBLE, summary: "greater is better" },
  ],
  databricks: "`databricks vector-search-indexes query-index`",
  seeAlso: ["vector show", "vector import"],
  async run(context, { args, flags }) {
    const collection = await openCollection(context, args.collection, "read");
    const vector = await chooseVector(context, collection, flags);
    const text = args.text === "-" ? await readStdin(context) : args.text;
    if (vector === undefined && (text ?? "").trim() === "") throw noQuery();
    const scoreThreshold = readNumber(flags["score-threshold"], "--score-threshold");
    const hits = await collection.search({
      numResults: flags["num-results"] ?? DEFAULT_RESULTS,
      exact: flags.exact,
      ...(flags.ef === undefined ? {} : { ef: flags.ef }),
      ...readFilters(flags),
      ...(vector === undefined ? {} : { vector }),
      ...(text === undefined ? {} : { text }),
      ...(flags["query-type"] === undefined ? {} : { queryType: flags["query-type"] }),
      ...(scoreThreshold === undefined ? {} : { scoreThreshold }),
      ...readFusion(flags),
    });
    await context.printRows(
      rowColumns(
        hits.map((hit) => hit.toJSON()),
        [
          { name: "id", type: STRING, get: ({ id }) => id },
          { name: "score", type: DOUBLE, get: ({ score }) => score },
        ],
        collection.settings.fields,
      ),
      { limit: 0 },
    );
    return 0;
  },
});

async function chooseVector(
  { io }: CommandContext,
  collection: Collection,
  flags: { readonly vector: string | undefined; readonly like: string | undefined },
): Promise<ArrayLike<number> | undefined> {
  if (flags.vector !== undefined && flags.like !== undefined) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "two vectors are given", {
      hint: "give either `--vector` or `--like`",
    });
  }
  if (flags.vector !== undefined) return readVectorWord(flags.vector, io);
  if (flags.like === undefined) return undefined;
  const row = collection.get(flags.like);
  if (row !== null) return row.vector;
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no row \`${flags.like}\``, {
    hint: "give the id of a row, or a vector with `--vector`",
  });
}

async function readStdin({ io }: CommandContext): Promise<string> {
  const { readTextWord } = await import("../../lake/text-source.ts");
  return readTextWord("-", io, "words");
}

function readFusion(flags: {
  readonly fusion: "weighted" | "rrf" | undefined;
  readonly "text-weight": string | undefined;
  readonly "rrf-k": number | undefined;
}): { fusion?: Fusion } {
  const weight = readNumber(flags["text-weight"], "--text-weight");
  const k = flags["rrf-k"];
  if (flags.fusion === "rrf" || (flags.fusion === undefined && k !== undefined)) {
    if (weight !== undefined) throw twoFusions();
    return { fusion: { kind: "rrf", k: k ?? 60 } };
  }
  if (k !== undefined) throw twoFusions();
  if (weight === undefined) return {};
  if (weight >= 0 && weight <= 1) return { fusion: { kind: "weighted", text: weight } };
  throw new SovereignError("INVALID_PARAMETER_VALUE", `the weight of words cannot be ${weight}`, {
    hint: "give a number from 0 to 1",
  });
}

function noQuery(): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", "there is nothing to search for", {
    hint: "give words, a vector with `--vector 0.1,0.2`, or a row's id with `--like`",
  });
}

function twoFusions(): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    "`--text-weight` is for weighted fusion, `--rrf-k` for reciprocal ranks",
    { hint: "give one of them" },
  );
}
