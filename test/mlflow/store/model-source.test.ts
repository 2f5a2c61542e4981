import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../src/core/store/index.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { validatePromptSource, validateSource } from "../../../src/mlflow/store/model-source.ts";

let folder: string;
let database: Database;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-model-source-"));
  database = openTrackingDatabase(join(folder, "m.db"), { cwd: folder });
  mkdirSync(join(folder, "run/artifacts/model"), { recursive: true });
  mkdirSync(join(folder, "secret"));
  symlinkSync(join(folder, "secret"), join(folder, "run/artifacts/link"));
  database.run(
    `INSERT INTO runs (run_uuid, experiment_id, lifecycle_stage, artifact_uri)
     VALUES ('abc', 0, 'active', ?), ('remote', 0, 'active', 'mlflow-artifacts:/0/r/artifacts')`,
    [join(folder, "run/artifacts")],
  );
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const check = (source: string, runId = "") =>
  validateSource(database, source, { runId, modelId: "" });

describe("sources elsewhere", () => {
  test.each([
    "s3://bucket/model",
    "mlflow-artifacts:/1/run/artifacts/model",
    "mlflow-artifacts://host:5000/1/run",
    "runs:/abc/model",
    "models:/name/1",
    "http://host/a%20b",
    "s3://bucket/a..b",
    "dbfs:/a",
  ])("%s is taken", (source) => expect(() => check(source)).not.toThrow());

  test.each([
    "mlflow-artifacts://host:9000/models/../../../",
    "mlflow-artifacts:/../../etc",
    "http://host:9000/models/artifact/../../../",
    "https://host/../../",
    "s3:/my_bucket/models/path/../../other",
    "ftp://host/a/../b",
    "mlflow-artifacts://host:9000/models/..%2f..%2fartifacts",
    "http://host/models/artifact%00",
    "http://host/%2e%2e/x",
    "http://host/%252e%252e%252fx",
    "http://host/a/./b",
    "mlflow-artifacts:relative",
  ])("%s is refused", (source) =>
    expect(() => check(source)).toThrow(/absolute path must be provided without relative path/),
  );

  test("an encoding without end is refused after a few rounds", () => {
    const deep = `http://host/%${"25".repeat(200_000)}2e`;
    expect(() => check(deep)).toThrow(/absolute path must be provided/);
  });
});

describe("sources on this machine", () => {
  test("are taken inside the run that is named", () => {
    expect(() => check(join(folder, "run/artifacts/model"), "abc")).not.toThrow();
    expect(() => check(`file://${folder}/run/artifacts`, "abc")).not.toThrow();
    expect(() => check(`file://localhost${folder}/run/artifacts/x`, "abc")).not.toThrow();
  });

  test.each(["/etc/passwd", "file:///etc/passwd", "file:/etc", "relative/path", "", "./x"])(
    "%s is refused without a run",
    (source) => expect(() => check(source)).toThrow(/run_id request parameter/),
  );

  test.each(["/etc/passwd", "FILE:///etc", "run/../../secret", "file:///etc/%2e%2e/etc"])(
    "%s is refused for a run elsewhere",
    (source) =>
      expect(() => check(source, "abc")).toThrow(/contained within the artifact directory/),
  );

  test("are refused for a link out of the run, and for a run whose files are remote", () => {
    expect(() => check(join(folder, "run/artifacts/link/key"), "abc")).toThrow(/contained within/);
    expect(() => check(join(folder, "run/artifacts/../../secret"), "abc")).toThrow(/contained/);
    expect(() => check(`${folder}/run/artifacts-too`, "abc")).toThrow(/contained within/);
    expect(() => check("/etc/passwd", "remote")).toThrow(/contained within/);
    expect(() => check("/etc/passwd", "nope")).toThrow("Run with id=nope not found");
  });

  test("of another machine, or with NUL in them, are refused", () => {
    expect(() => check("file://fileserver/share", "abc")).toThrow(/not a valid remote uri/);
    expect(() => check("/etc/passwd\0", "abc")).toThrow(/Invalid model version source/);
    expect(() => check("file:///etc/%00", "abc")).toThrow(/Invalid model version source/);
  });
});

test("a prompt's source is a name or a place elsewhere", () => {
  for (const source of ["dummy-source", "prompt-template", "http://host/x"]) {
    expect(() => validatePromptSource(source)).not.toThrow();
  }
  for (const source of ["/etc/passwd", "file:///etc", "http://host/../x"]) {
    expect(() => validatePromptSource(source)).toThrow(/Invalid (prompt|model version) source/);
  }
});
