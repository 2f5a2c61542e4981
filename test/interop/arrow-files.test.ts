/** Arrow files that commands write, opened by pyarrow. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { writeRowsToFile } from "../../src/cli/output/write-file.ts";
import { rowColumns } from "../../src/cli/vector/row-columns.ts";
import { arrayType, FLOAT, STRING } from "../../src/lake/schema/data-type.ts";
import { skipReason } from "./peer.ts";

const READ = `
import json, sys, pyarrow as pa, pyarrow.feather as feather
path, stream = sys.argv[1:]
file = pa.ipc.open_file(path)
table = file.read_all()
same = table.equals(pa.ipc.open_stream(stream).read_all()) and table.equals(feather.read_table(path))
print(json.dumps([file.num_record_batches, table.num_rows, same, table.slice(9999).to_pylist()]))
`;

test.skipIf(skipReason("python") !== null)("pyarrow opens .arrow files and streams", async () => {
  const folder = mkdtempSync(join(tmpdir(), "arrow-files-"));
  const rows = Array.from({ length: 10_000 }, (_, i) => ({
    id: `r${i}`,
    vector: [i, 0.5],
    metadata: { n: i, words: ["a", "b"] },
  }));
  const source = rowColumns(
    rows,
    [
      { name: "id", type: STRING, get: ({ id }) => id },
      { name: "vector", type: arrayType(FLOAT), get: ({ vector }) => vector },
    ],
    { n: "number", words: "string[]" },
  );
  const [file, stream] = [join(folder, "rows.arrow"), join(folder, "rows.arrows")];
  const options = { format: "arrow", int64: "number", onRows() {}, onNotFinite() {} } as const;
  for (const path of [file, stream]) await writeRowsToFile(source, path, options);
  const { stdout } = await promisify(execFile)(".interop/venv/bin/python", [
    ...["-c", READ, file, stream],
  ]);
  const last = { id: "r9999", vector: [9999, 0.5], n: 9999, words: ["a", "b"] };
  expect(JSON.parse(stdout)).toEqual([3, 10_000, true, [last]]);
  rmSync(folder, { recursive: true });
});
