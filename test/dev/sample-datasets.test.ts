/** The bundled sample data is what its generator writes, nothing more, and small. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildSampleDatasets } from "../../src/dev/sample-datasets.ts";
import { REPOSITORY } from "../source-tree.ts";

const root = join(REPOSITORY, "courses/datasets");
const datasets = buildSampleDatasets();

test.each([...datasets])("%s is up to date", async (path, text) => {
  await expect(text).toMatchFileSnapshot(join(root, path));
});

test("there is nothing else, and less than 200 KB of it", () => {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => statSync(join(root, name)).isFile());
  expect(files.sort()).toEqual([...datasets.keys()].sort());
  const sizes = files.map((name) => statSync(join(root, name)).size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
});
