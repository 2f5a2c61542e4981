/** Embedders, and collections that embed: small models against the paper's arithmetic. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openCompute } from "../../src/compute/index.ts";
import { SovereignError } from "../../src/core/errors.ts";
import { createRng } from "../../src/core/rng.ts";
import { findSubspace } from "../../src/vector/embed/subspace.ts";
import { createTermEmbedder } from "../../src/vector/embed/term-embedder.ts";
import { decodeTermState, encodeTermState } from "../../src/vector/embed/term-state.ts";
import { Collection, openEmbedder, type TextRole } from "../../src/vector/index.ts";
import { runTinyBert, writeTinyBert, writeTinyStatic } from "./tiny-models.ts";

const folder = mkdtempSync(join(tmpdir(), "embed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function vectorsOf(spec: string, texts: string[]): Promise<number[][]> {
  const embedder = await openEmbedder(spec);
  const { dims } = embedder;
  const all = await embedder.embed(texts);
  await embedder.close();
  return texts.map((_, i) => [...all.subarray(i * dims, (i + 1) * dims)]);
}

const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

test("lab-hash: the places of characters, length 1, the same each time", async () => {
  const [first, second, empty, again] = await vectorsOf("lab-hash", ["ab", "b a", "", "ab"]);
  // (97·1 + 0) mod 64 and (98·1 + 1) mod 64; (98·1 + 0) mod 64 and (97·2 + 0) mod 64.
  expect([first!.indexOf(Math.max(...first!)), first![35]]).toEqual([33, first![33]]);
  expect(second!.flatMap((value, i) => (value === 0 ? [] : [i]))).toEqual([2, 34]);
  expect(Math.hypot(...first!)).toBeCloseTo(1, 6);
  expect(empty!.every((value) => value === 0)).toBe(true);
  expect(again).toEqual(first);
  expect((await vectorsOf("lab-hash:128", ["x"]))[0]).toHaveLength(128);
});

test.each(["mean", "cls"] as const)("a BERT of random weights, %s pooling", async (pooling) => {
  const path = join(folder, `bert-${pooling}`);
  const weights = writeTinyBert(path, pooling);
  const cases: [string, number[]][] = [
    ["The cats sat.", [2, 4, 5, 7, 6, 10, 3]],
    ["", [2, 3]],
    ["dog zebra", [2, 9, 1, 3]],
    ["cat ".repeat(30), [2, 5, 5, 5, 5, 5, 5, 5, 5, 3]],
  ];
  const texts = cases.map(([text]) => text);
  const vectors = await vectorsOf(path, texts);
  cases.forEach(([, ids], i) => {
    const wanted = runTinyBert(weights, ids, pooling);
    expect(Math.max(...wanted.map((x, j) => Math.abs(x - vectors[i]![j]!)))).toBeLessThan(1e-5);
  });
  const alone = (await vectorsOf(path, texts.slice(0, 1)))[0]!;
  expect(dot(alone, vectors[0]!)).toBeCloseTo(1, 6);
});

test("prompts of a model stand before queries, documents and texts of neither kind", async () => {
  const path = join(folder, "prompted");
  writeTinyBert(path);
  const write = (config: object): void =>
    writeFileSync(join(path, "config_sentence_transformers.json"), JSON.stringify(config));
  const [bare, query, passage] = await vectorsOf(path, ["cat", "the cat", "dog cat"]);
  const { digest } = await openEmbedder(path);
  const roles = async (config: object) => {
    write(config);
    const embedder = await openEmbedder(path);
    const ask = async (role?: TextRole) => [...(await embedder.embed(["cat"], role))];
    const vectors = [await ask(), await ask("query"), await ask("document")];
    await embedder.close();
    return vectors;
  };
  const prompts = { query: "the ", document: "", passage: "dog " };
  expect(await roles({ prompts: { query: "", document: "" } })).toEqual([bare, bare, bare]);
  expect((await openEmbedder(path)).digest).toBe(digest);
  expect(await roles({ prompts })).toEqual([bare, query, passage]);
  expect((await openEmbedder(path)).digest).not.toBe(digest);
  const base = join(folder, "prompted-rows");
  await Collection.create(base, { embedder: path, embedField: "body" });
  await using rows = await Collection.open(base, "write");
  await rows.upsert([{ id: "a", metadata: { body: "cat" } }]);
  expect(Array.from(rows.get("a")!.vector!)).toEqual(passage);
  const [hit] = await rows.search({ text: "cat" });
  expect(hit!.score).toBeCloseTo(dot(query!, passage!), 5);
  const named = { prompts: { other: "the " }, default_prompt_name: "other" };
  expect(await roles(named)).toEqual([query, query, query]);
  for (const odd of [{ prompts: [1] }, { prompts: { query: 1 } }, { default_prompt_name: "x" }]) {
    await expect(roles(odd)).rejects.toMatchObject({ code: "DATA_LOSS" });
  }
});

test("a static model: rows by mapping, weights, unknown words left out", async () => {
  const path = join(folder, "static");
  writeTinyStatic(path);
  const vectors = await vectorsOf(path, ["the cat zebra", "sat", "zebra", ""]);
  // the: row 1, weight 2; cat: row 2, weight 2.5. Their mean is (-4.5, 14).
  const length = Math.hypot(-4.5, 14);
  expect(vectors[0]![0]).toBeCloseTo(-4.5 / length, 6);
  expect(vectors[0]![1]).toBeCloseTo(14 / length, 6);
  expect(vectors.slice(1)).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

test("models that are not read are refused by what they have", async () => {
  const path = join(folder, "odd");
  writeTinyBert(path);
  const config = JSON.parse(readFileSync(join(path, "config.json"), "utf8")) as object;
  const write = (change: object): void =>
    writeFileSync(join(path, "config.json"), JSON.stringify({ ...config, ...change }));
  write({ model_type: "llama" });
  await expect(openEmbedder(path)).rejects.toThrow("a model of the type `llama` is not read");
  write({ intermediate_size: 21 });
  await expect(openEmbedder(path)).rejects.toThrow("is [20, 12], not [21, 12]");
  write({ vocab_size: "many" });
  await expect(openEmbedder(path)).rejects.toThrow("`vocab_size` of the model's config is many");
  await expect(openEmbedder(join(folder, "none"))).rejects.toThrow("there is no embedder");
  await expect(openEmbedder("lsa:0")).rejects.toThrow("cannot have 0 dimensions");
});

test.each(["bert", "static"])("mutated files of a model (%s) are read or refused", async (kind) => {
  const path = join(folder, `mutated-${kind}`);
  if (kind === "bert") writeTinyBert(path);
  else writeTinyStatic(path);
  const names = ["model.safetensors", "config.json", "tokenizer.json"];
  const whole = names.map((name) => readFileSync(join(path, name)));
  const rng = createRng(11);
  let refused = 0;
  for (let i = 0; i < 150; i++) {
    const which = rng.int(names.length);
    const bytes = Buffer.from(whole[which]!);
    // Weights of other values are weights; what describes them is what can be wrong.
    const reach = which === 0 ? bytes.readUInt32LE(0) + 8 : bytes.length;
    for (let n = rng.int(3); n >= 0; n--) bytes[rng.int(reach)] = rng.int(256);
    writeFileSync(
      join(path, names[which]!),
      rng.int(5) === 0 ? bytes.subarray(0, reach / 2) : bytes,
    );
    try {
      await vectorsOf(path, ["the cat sat"]);
    } catch (error) {
      if (!(error instanceof SovereignError)) throw new Error(`case ${i}`, { cause: error });
      refused++;
    }
    writeFileSync(join(path, names[which]!), whole[which]!);
  }
  expect(refused).toBeGreaterThan(75);
});

const ARTICLES = [
  "Machine learning models learn patterns from training data.",
  "Deep learning trains neural networks with many layers on data.",
  "Natural language processing lets computers read human text.",
  "Employees receive twenty days of paid vacation every year.",
  "The medallion architecture has bronze, silver and gold tables.",
  "Cooking pasta takes boiling water, salt and ten minutes.",
];

test.each(["tfidf", "lsa:32"])("%s learns from the rows of a collection", async (embedder) => {
  const base = join(folder, embedder.replace(":", "-"));
  await Collection.create(base, { embedder, embedField: "body" });
  const rows = ARTICLES.map((body, i) => ({ id: `${i}`, metadata: { body } }));
  const find = async (collection: Collection, text: string): Promise<string> =>
    (await collection.search({ text, numResults: 1 }))[0]!.id;
  {
    await using collection = await Collection.open(base, "write");
    await collection.upsert(rows.slice(0, 5));
    expect(await find(collection, "vacation days")).toBe("3");
    await collection.optimize();
    await collection.upsert(rows);
    expect(await find(collection, "paid vacation")).toBe("3");
    await collection.optimize();
    const given = [{ id: "9", vector: [1], metadata: {} }];
    await expect(collection.upsert(given)).rejects.toThrow("makes those of all rows itself");
    const odd = [{ id: "9", metadata: { body: 7 } }];
    await expect(collection.upsert(odd)).rejects.toThrow("which is embedded, is no text");
  }
  await using collection = await Collection.open(base);
  expect(collection.count).toBe(6);
  expect(await find(collection, "how many vacation days do employees have")).toBe("3");
  expect(await find(collection, "neural networks with layers")).toBe("1");
  expect(await find(collection, "gold and silver tables")).toBe("4");
  expect(collection.settings.embedder).toMatchObject({ field: "body", spec: embedder });
});

test("the queries of the course's demo find their text first", async () => {
  const texts = {
    ml: "Algorithms of machine learning learn from data",
    dl: "Deep learning is learning with neural networks",
    nlp: "Processing of natural language is about text",
    cv: "Computer vision analyses images and videos",
    rl: "Learning by reinforcement is led by rewards",
  };
  const base = join(folder, "demo");
  await Collection.create(base, { embedder: "tfidf", embedField: "body" });
  await using collection = await Collection.open(base, "write");
  await collection.upsert(Object.entries(texts).map(([id, body]) => ({ id, metadata: { body } })));
  await collection.optimize();
  const queries = { "neural networks": "dl", "text processing": "nlp", "image analysis": "cv" };
  for (const [text, wanted] of Object.entries(queries)) {
    expect((await collection.search({ text, numResults: 1 }))[0]!.id).toBe(wanted);
  }
});

test("a model's collection embeds rows and queries, and refuses another model", async () => {
  const model = join(folder, "bert-mine");
  writeTinyBert(model);
  const base = join(folder, "mine");
  await Collection.create(base, { embedder: model, text: ["title"] });
  await using collection = await Collection.open(base, "write");
  expect(collection.settings).toMatchObject({ dims: 12, embedder: { field: "title" } });
  const titles = ["The cat sat.", "dog", "mats ."];
  await collection.upsert(titles.map((title) => ({ id: title, metadata: { title } })));
  const hits = await collection.search({ text: "the cat sat .", queryType: "ANN" });
  expect(hits[0]!.id).toBe("The cat sat.");
  expect(hits[0]!.score).toBeCloseTo(1, 5);
  expect((await collection.search({ text: "dog" }))[0]!.id).toBe("dog");
  writeTinyBert(model, "cls");
  await using again = await Collection.open(base);
  const search = again.search({ text: "dog" });
  await expect(search).rejects.toThrow("`bert-mine` in");
  expect(again.query({ text: "dog" })[0]!.id).toBe("dog");
});

test("states that are no states are told", async () => {
  const trained = await createTermEmbedder("lsa", 8, null).train(ARTICLES);
  const bytes = encodeTermState(trained.state!);
  const read = decodeTermState(bytes, "lsa", 8)!;
  expect(read.counts).toEqual(trained.state!.counts);
  expect(read.matrix).toEqual(trained.state!.matrix);
  expect(decodeTermState(bytes, "lsa", 9)).toBeNull();
  expect(decodeTermState(bytes, "tfidf", 8)).toBeNull();
  const rng = createRng(3);
  for (let i = 0; i < 500; i++) {
    const odd = bytes.slice(0, rng.int(3) === 0 ? rng.int(bytes.length) : bytes.length);
    if (odd.length > 0) odd[rng.int(Math.min(64, odd.length))] = rng.int(256);
    const state = decodeTermState(odd, "lsa", 8);
    if (state !== null) await createTermEmbedder("lsa", 8, state).embed(["learning text"]);
  }
});

test("looking for directions can be left at any of its steps", async () => {
  const rng = createRng(6);
  const rows = Array.from({ length: 5000 }, () => ({ buckets: [rng.int(64)], values: [1] }));
  const compute = await openCompute({ backend: "reference" });
  const steps = findSubspace(rows, { columns: 64, dims: 4 }, compute);
  let stepCount = 0;
  while (steps.next().done !== true) stepCount++;
  // Three rounds go over the rows twice.
  expect(stepCount).toBeGreaterThanOrEqual(60);
});
