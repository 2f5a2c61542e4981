/**
 * Tokenizers beside their peers on one mixed corpus of real text (`support/mixed-text.ts`):
 * opening, encoding with cl100k, o200k and Qwen3, and training byte-level BPE. Peers: tiktoken and
 * tokenizers (Python, one thread), gpt-tokenizer and tiktoken's WebAssembly (npm). One process each
 * way, contenders by turns, CPU seconds beside wall. `npm run test:interop` installs the peers once.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openTokenizer, TokenizerTrainer } from "../../src/tokenize/index.ts";
import { packTexts } from "../interop/tokenize/corpus.ts";
import { listFamilies, peerSettings, sitePackages } from "../interop/tokenize/families.ts";
import { skipReason, startPeer } from "../interop/tokenize/peer.ts";
import { describeMachine } from "./support/measure.ts";
import { readMixedText } from "./support/mixed-text.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const MODULES = resolve(HERE, "../../node_modules");
const PEERS = resolve(HERE, "../../.interop/tokenize-npm/node_modules");

interface Row {
  readonly what: string;
  readonly cpuS: number[];
  readonly wallS: number[];
  tokens: number;
}

const rows: Row[] = [];
function record(what: string, sample: { cpuS: number; wallS: number; tokens: number }): void {
  let row = rows.find((known) => known.what === what);
  if (row === undefined) {
    row = { what, cpuS: [], wallS: [], tokens: 0 };
    rows.push(row);
  }
  row.cpuS.push(sample.cpuS);
  row.wallS.push(sample.wallS);
  row.tokens = sample.tokens;
}

function time(work: () => number): { cpuS: number; wallS: number; tokens: number } {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const tokens = work();
  return { ...since(cpu, start), tokens };
}

function since(cpu: NodeJS.CpuUsage, start: number): { cpuS: number; wallS: number } {
  const { user, system } = process.cpuUsage(cpu);
  return { cpuS: (user + system) / 1e6, wallS: (performance.now() - start) / 1000 };
}

const reason = skipReason();
if (reason !== null) throw new Error(`the peers are not installed (${reason})`);
const texts = readMixedText({
  modules: MODULES,
  laneModules: PEERS,
  sitePackages: sitePackages()!,
});
const folder = mkdtempSync(join(tmpdir(), "sovereign-bench-"));
const textsPath = join(folder, "texts.bin");
writeFileSync(textsPath, packTexts(texts.map((text) => Buffer.from(text))));
const whole = texts.join("\n");
writeFileSync(join(folder, "text.txt"), whole);
const megabytes = Buffer.byteLength(texts.join("")) / 1e6;
const peer = startPeer();
const require = createRequire(join(PEERS, "x.js"));

for (const name of ["cl100k_base", "o200k_base", "qwen3"]) {
  const family = listFamilies().find((known) => known.name === name);
  if (family === undefined) continue;
  await peer.ask("load", peerSettings(family));
  const npm = name === "qwen3" ? [] : npmPeers(name);
  for (let round = 0; round < ROUNDS; round++) {
    const options = family.encoding === undefined ? {} : { encoding: family.encoding };
    const cpu = process.cpuUsage();
    const start = performance.now();
    const { tokenizer } = openTokenizer(family.path, options);
    await tokenizer.accelerate();
    record(`${name}: open`, { ...since(cpu, start), tokens: 0 });
    const encode = () => texts.reduce((sum, text) => sum + tokenizer.encodeIds(text).length, 0);
    record(`${name}: ours, cold`, time(encode));
    record(`${name}: ours, warm`, time(encode));
    for (const { title, count } of npm)
      record(
        `${name}: ${title}`,
        time(() => texts.reduce((sum, text) => sum + count(text), 0)),
      );
    const theirs = await peer.ask<{ cpu_s: number; wall_s: number; tokens: number }>("speed", {
      name,
      texts: textsPath,
    });
    record(`${name}: ${family.peer} (Python)`, {
      cpuS: theirs.cpu_s,
      wallS: theirs.wall_s,
      tokens: theirs.tokens,
    });
  }
}

function npmPeers(name: string): { title: string; count: (text: string) => number }[] {
  const gpt = require(`gpt-tokenizer/encoding/${name}`) as {
    encode(text: string, options: object): number[];
  };
  const tiktoken = (
    require("tiktoken") as {
      get_encoding(name: string): { encode_ordinary(text: string): Uint32Array };
    }
  ).get_encoding(name);
  return [
    {
      title: "gpt-tokenizer (npm)",
      count: (text) => gpt.encode(text, { disallowedSpecial: new Set() }).length,
    },
    { title: "tiktoken (npm, wasm)", count: (text) => tiktoken.encode_ordinary(text).length },
  ];
}

for (const vocabularySize of [8000, 32_000]) {
  for (let round = 0; round < ROUNDS; round++) {
    const options = { type: "bpe", vocabularySize, minFrequency: 2, specialTokens: [] } as const;
    const trainer = await TokenizerTrainer.create(options);
    const train = () => {
      trainer.feed(whole);
      return (trainer.train().model as { merges: unknown[] }).merges.length;
    };
    record(`train ${vocabularySize}: ours`, time(train));
    const files = [join(folder, "text.txt")];
    const asked = {
      files,
      vocab_size: vocabularySize,
      min_frequency: 2,
      save: join(folder, "hf.json"),
    };
    const theirs = await peer.ask<{ cpu_s: number; wall_s: number }>("train", asked);
    record(`train ${vocabularySize}: tokenizers (Python)`, {
      cpuS: theirs.cpu_s,
      wallS: theirs.wall_s,
      tokens: 0,
    });
  }
}

console.log(
  `${describeMachine()}; ${megabytes.toFixed(1)} MB, minimum of ${ROUNDS} (to the maximum)`,
);
for (const { what, cpuS, wallS, tokens } of rows) {
  const best = Math.min(...cpuS);
  const speed =
    tokens === 0 || what.startsWith("train")
      ? ""
      : `${(megabytes / best).toFixed(1).padStart(7)} MB/s of CPU`;
  const spread = `${best.toFixed(2)}–${Math.max(...cpuS).toFixed(2)} s`;
  console.log(
    `${what.padEnd(38)} CPU ${spread.padEnd(14)} wall ${Math.min(...wallS)
      .toFixed(2)
      .padStart(6)} s ${speed} ${tokens || ""}`,
  );
}
writeFileSync(join(tmpdir(), "bench-tokenize.json"), JSON.stringify({ megabytes, rows }));
peer.close();
rmSync(folder, { recursive: true, force: true });
