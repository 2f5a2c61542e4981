/** Locations, with what MLflow 3.11.1's `append_to_uri_path` makes of the same words. */
import { expect, test } from "vitest";

import { appendToUriPath } from "../../../src/mlflow/artifacts/append-to-uri-path.ts";

test.each([
  ["s3://b/x?v=1", "0", "s3://b/x/0?v=1"],
  ["s3://b/x?v=1", "/7/artifacts", "s3://b/x/7/artifacts?v=1"],
  ["mlflow-artifacts:/", "0", "mlflow-artifacts:/0"],
  ["mlflow-artifacts:", "0", "mlflow-artifacts:0"],
  ["mlflow-artifacts://host:5/x", "0", "mlflow-artifacts://host:5/x/0"],
  ["file:/a", "0", "file:///a/0"],
  ["file:///a/", "/7/artifacts", "file:///a/7/artifacts"],
  ["file:a", "0", "file:a/0"],
  ["S3://B/x", "0", "s3://B/x/0"],
  ["/abs/path", "0", "/abs/path/0"],
  ["./mlruns", "/7/artifacts", "./mlruns/7/artifacts"],
  ["", "0", "0"],
  ["s3://b", "0", "s3://b/0"],
  ["s3://b?x=1", "/7/artifacts", "s3://b/7/artifacts?x=1"],
  ["dbfs:/a#f", "0", "dbfs:/a/0#f"],
  ["s3://b//x//", "0", "s3://b//x//0"],
  ["http://h?q", "0", "http://h/0?q"],
  ["http:/x", "0", "http:///x/0"],
  ["hdfs:/x", "0", "hdfs:/x/0"],
  ["a b:/x", "0", "a b:/x/0"],
  ["s3://b/x?", "0", "s3://b/x/0"],
])("%s and %s", (uri, path, joined) => {
  expect(appendToUriPath(uri, path)).toBe(joined);
});

test("a query that climbs is refused", () => {
  expect(() => appendToUriPath("s3://b/x?y=..", "0")).toThrow("Invalid query string");
  expect(() => appendToUriPath("s3://b/x?y=%2e%2E", "0")).toThrow("Invalid query string");
});
