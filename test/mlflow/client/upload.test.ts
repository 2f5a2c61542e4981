/** Uploads name their length: MLflow's own server takes a body without one for an empty one. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openClient } from "../../../src/mlflow/index.ts";

interface Upload {
  path: string | undefined;
  length: string | undefined;
  isChunked: boolean;
  body: Buffer;
}

const uploads: Upload[] = [];
const folder = mkdtempSync(join(tmpdir(), "mlflow-upload-"));
let server: Server;
let url = "";

async function take(request: IncomingMessage): Promise<void> {
  const { url: path, headers } = request;
  const isChunked = headers["transfer-encoding"] !== undefined;
  const body = await buffer(request);
  uploads.push({ path, length: headers["content-length"], isChunked, body });
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void take(request).then(() => response.end("{}"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ["a large file", Buffer.alloc(300_000, "x")],
  ["an empty file", Buffer.alloc(0)],
])("%s is sent with its length", async (_, bytes) => {
  const client = openClient({ trackingUri: url, env: {} });
  writeFileSync(join(folder, "file.bin"), bytes);
  await client.artifacts.put("mlflow-artifacts:/0/run/artifacts", join(folder, "file.bin"), "to");
  const sent = uploads.at(-1);
  expect(sent?.path).toBe("/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/to/file.bin");
  expect(sent).toMatchObject({ length: String(bytes.length), isChunked: false });
  expect(sent?.body.equals(bytes)).toBe(true);
});

test("a stream of unknown length too", async () => {
  const client = openClient({ trackingUri: url, env: {} });
  const source = Readable.from([Buffer.from("first "), Buffer.from("second")]);
  await client.artifacts.write("mlflow-artifacts:/0/run/artifacts", "note.txt", source);
  expect(uploads.at(-1)).toMatchObject({ length: "12", isChunked: false });
  expect(uploads.at(-1)?.body.toString()).toBe("first second");
});
