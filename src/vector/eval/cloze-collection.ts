/**
 * Cloze queries over a collection's own texts: a copy of it in which some rows lack a sentence, and
 * those sentences as queries. An embedder makes the vectors of those rows anew; without one they
 * stay as they are, and still know the sentence a little.
 */
import type { Rng } from "../../core/rng.ts";
import { Collection } from "../collection.ts";
import { isTermEmbedderName } from "../embed/open-embedder.ts";
import { fieldValue } from "../fields.ts";
import type { MetadataValue, VectorRow } from "../types.ts";
import { takeSentence } from "./cloze.ts";
import type { JudgedQuery } from "./evaluate.ts";
import type { JudgedText } from "./read-queries.ts";

const BATCH_ROWS = 4096;

/**
 * Makes the copy as the files `<base>.vec` and so on, and gives up to `count` queries: fewer when
 * fewer texts have two sentences. The copy is opened for reading; the caller closes and removes it.
 */
export async function makeClozeCollection(
  collection: Collection,
  { base, count, rng }: { base: string; count: number; rng: Rng },
): Promise<{ copy: Collection; queries: JudgedQuery<JudgedText>[] }> {
  const { dims, metric, text, language, k1, b, embedder } = collection.settings;
  const fields = text.map(({ name }) => name);
  const embedding =
    embedder === undefined ? {} : { embedder: embedder.spec, embedField: embedder.field };
  await Collection.create(base, { dims, metric, text, language, k1, b, ...embedding });
  const writer = await Collection.open(base, "write");
  const queries: JudgedQuery<JudgedText>[] = [];
  const wanted = drawRows(collection.count, count, rng);
  let batch: VectorRow[] = [];
  let number = 0;
  try {
    for (const row of collection.rows()) {
      const cloze = wanted.has(number++) ? clozeOf(row, fields, rng) : null;
      if (cloze !== null && queries.length < count) {
        const query = { text: cloze.sentence, vector: null };
        queries.push({ query, relevance: new Map([[row.id, 1]]) });
        batch.push(embedder === undefined ? cloze.row : withoutVector(cloze.row));
      } else {
        batch.push(isTermEmbedderName(embedder?.name ?? "") ? withoutVector(row) : row);
      }
      if (batch.length === BATCH_ROWS) await writer.upsert(batch.splice(0));
    }
    await writer.upsert(batch);
    batch = [];
    await writer.optimize();
  } finally {
    await writer.close();
  }
  return { copy: await Collection.open(base), queries };
}

function withoutVector({ id, metadata = {} }: VectorRow): VectorRow {
  return { id, metadata };
}

/** More rows than queries, since not every text has two sentences. */
function drawRows(rowCount: number, count: number, rng: Rng): Set<number> {
  const rows = Array.from({ length: rowCount }, (_, i) => i);
  const most = Math.min(rowCount, 4 * count);
  for (let i = 0; i < most; i++) {
    const other = i + rng.int(rowCount - i);
    [rows[i], rows[other]] = [rows[other]!, rows[i]!];
  }
  return new Set(rows.slice(0, most));
}

/** The row without a sentence of its longest text. */
function clozeOf(
  row: VectorRow,
  fields: readonly string[],
  rng: Rng,
): { row: VectorRow; sentence: string } | null {
  const texts = fields
    .map((name) => ({ name, value: fieldValue(row.metadata, name) }))
    .filter((text): text is { name: string; value: string } => typeof text.value === "string")
    .sort((a, b) => b.value.length - a.value.length);
  const [longest] = texts;
  const cloze = longest === undefined ? null : takeSentence(longest.value, rng);
  if (cloze === null) return null;
  const metadata: Record<string, MetadataValue> = { ...row.metadata, [longest!.name]: cloze.rest };
  return { row: { ...row, metadata }, sentence: cloze.sentence };
}
