/** `sovereign vector optimize`: the file written anew, the log emptied. */
import { formatCount } from "../../../core/progress.ts";
import { LONG, STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { readNumber } from "../../vector/numbers.ts";
import { openCollection, optimizeCollection, projectCollections } from "../../vector/store.ts";

export const command = defineCommand({
  args: { collection: { summary: "which one", required: true, completes: "collections" } },
  flags: {
    index: {
      type: "choice",
      choices: ["auto", "flat", "hnsw"],
      summary: "graph or every row (default auto: a graph from 20,000 rows)",
    },
    m: {
      type: "integer",
      value: "n",
      min: 2,
      max: 256,
      summary: "links of a node in the graph (default 16)",
    },
    "ef-construction": {
      type: "integer",
      value: "n",
      min: 8,
      max: 10_000,
      summary: "how many of the nearest are looked at for them (default 200)",
    },
    codes: {
      type: "choice",
      choices: ["int8", "float32"],
      summary: "what the graph compares (default int8: smaller, faster)",
    },
    threads: {
      type: "integer",
      value: "n",
      min: 1,
      max: 64,
      summary: "that build it (default: all cores); 1 makes the same graph every time",
    },
    "target-recall": {
      type: "string",
      value: "share",
      summary: "of the ten nearest that searches are tuned to find (default 0.99)",
    },
    ef: {
      type: "integer",
      value: "n",
      min: 1,
      max: 10_000,
      summary: "how many a search keeps, instead of tuning it",
    },
  },
  examples: [
    { comment: "After many changes", run: "sovereign vector optimize docs" },
    {
      comment: "What it gave back",
      run: "sovereign vector optimize docs --json bytes_before,bytes",
    },
  ],
  notes:
    "It is done by itself when the log has outgrown the file. A crash leaves the old file or the new one.",
  fields: [
    { name: "collection", type: STRING },
    { name: "rows", type: LONG },
    { name: "bytes_before", type: LONG },
    { name: "bytes", type: LONG },
    { name: "index", type: STRING, summary: "flat or hnsw" },
    { name: "m", type: LONG, summary: "links of a node" },
    { name: "ef", type: LONG, summary: "how many of the nearest a search keeps" },
  ],
  allOrNothing: true,
  databricks: "none: indexes there look after themselves",
  seeAlso: ["vector show", "vector delete"],
  async run(context, { args, flags }) {
    const store = projectCollections(context);
    const bytesOf = (): number => {
      const { fileBytes, logBytes } = store.info(args.collection);
      return fileBytes + logBytes;
    };
    const before = bytesOf();
    const collection = await openCollection(context, args.collection, "write");
    const targetRecall = readNumber(flags["target-recall"], "--target-recall");
    await optimizeCollection(context, collection, {
      ...(flags.index === undefined ? {} : { index: flags.index }),
      ...(flags.m === undefined ? {} : { m: flags.m }),
      ...(flags["ef-construction"] === undefined
        ? {}
        : { efConstruction: flags["ef-construction"] }),
      ...(flags.codes === undefined ? {} : { codes: flags.codes }),
      ...(flags.threads === undefined ? {} : { threads: flags.threads }),
      ...(flags.ef === undefined ? {} : { ef: flags.ef }),
      ...(targetRecall === undefined ? {} : { targetRecall }),
    });
    const { index } = collection;
    const bytes = bytesOf();
    await context.note(
      `${args.collection}: ${formatCount(before)} bytes before, ${formatCount(bytes)} now`,
    );
    if (context.globals.output !== undefined) {
      await context.printRecord(command.fields ?? [], {
        collection: args.collection,
        rows: BigInt(collection.count),
        bytes_before: BigInt(before),
        bytes: BigInt(bytes),
        index: index.kind,
        m: index.kind === "hnsw" ? BigInt(index.m) : null,
        ef: index.kind === "hnsw" ? BigInt(index.ef) : null,
      });
    }
    return 0;
  },
});
