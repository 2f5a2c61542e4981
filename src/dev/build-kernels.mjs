/**
 * AssemblyScript to WebAssembly: every `src/compute/kernels/<name>.ts` becomes
 * `dist/kernels/<name>.js`, a module of base64 texts that the bundles take in (`#kernels/<name>`).
 * Two builds each: plain SIMD128, and `relaxed` where the source has relaxed operations.
 *
 * No runtime, no static data, imported shared memory: one compiled module serves any number of
 * threads and memories. What is newer than its sources is left alone, so a rebuild costs nothing.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const folder = join(root, "src", "compute", "kernels");
const target = join(root, "dist", "kernels");
const COMMON = [
  ...["-O3", "--noAssert", "--runtime", "stub", "--use", "abort="],
  ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
  ...["--enable", "simd", "--enable", "threads"],
];
const TYPES = `/** Base64 of the WebAssembly module; \`relaxed\` where it differs. */
export declare const plain: string;
export declare const relaxed: string | null;
`;

/** Compiles the kernels whose sources changed. */
export async function buildKernels() {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort();
  const { version } = createRequire(import.meta.url)("assemblyscript/package.json");
  const self = readFileSync(fileURLToPath(import.meta.url));
  const shared = createHash("sha256").update(version).update(self);
  for (const file of files.filter(isShared)) shared.update(readFileSync(join(folder, file)));
  mkdirSync(target, { recursive: true });
  for (const entry of files.filter((file) => !/[\\/]/.test(file) && !isShared(file))) {
    const name = entry.slice(0, -3);
    const hash = shared.copy();
    for (const file of files.filter((file) => isPartOf(file, name))) {
      hash.update(readFileSync(join(folder, file)));
    }
    const stamp = `// sources ${hash.digest("hex")}`;
    const path = join(target, `${name}.js`);
    if (existsSync(path) && readFileSync(path, "utf8").startsWith(stamp)) continue;
    const plain = await compile(entry, []);
    const relaxed = await compile(entry, ["--enable", "relaxed-simd"]);
    const texts = [plain, plain === relaxed ? null : relaxed].map((text) => JSON.stringify(text));
    write(join(target, `${name}.d.ts`), TYPES);
    write(
      path,
      `${stamp}\nexport const plain = ${texts[0]};\nexport const relaxed = ${texts[1]};\n`,
    );
  }
}

/** `simd.ts` and the like, which any kernel may import. */
function isShared(file) {
  return file.startsWith("shared-");
}

function isPartOf(file, name) {
  return file === `${name}.ts` || file.startsWith(`${name}/`) || file.startsWith(`${name}\\`);
}

function write(path, text) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** Base64 of one build; the compiler's own words when it refuses. */
async function compile(entry, flags) {
  const { default: asc } = await import("assemblyscript/asc");
  let binary = null;
  const options = [entry, "--baseDir", folder, "-o", "out.wasm", ...COMMON, ...flags];
  const { error, stderr } = await asc.main(options, {
    writeFile: (_, contents) => {
      binary = contents;
    },
  });
  if (error || binary === null) throw new Error(`kernel ${entry}: ${error}\n${stderr}`);
  return Buffer.from(binary).toString("base64");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels();
