import { describe, expect, test } from "vitest";
import {
  checkArtifactLocation,
  resolveLocation,
} from "../../../src/mlflow/store/artifact-location.ts";

// What `resolve_uri_if_local` of MLflow 3.11.1 gave in the folder `/cwd`.
describe("a location as it is stored", () => {
  test.each([
    ["s3://b/x", "s3://b/x"],
    ["relative/path", "/cwd/relative/path"],
    ["./a/../b", "/cwd/a/../b"],
    ["/abs/p", "/abs/p"],
    ["file:rel/x", "file:///cwd/rel/x"],
    ["file:/abs/x", "file:/abs/x"],
    ["file:///abs/x", "file:///abs/x"],
    ["file://localhost/x", "file://localhost/x"],
    ["a%20b/c", "/cwd/a b/c"],
    ["C:/x", "C:/x"],
    ["dbfs:/x", "dbfs:/x"],
    ["http://127.0.0.1/x", "http://127.0.0.1/x"],
    ["wasbs://a@b/c?q=1", "wasbs://a@b/c?q=1"],
    ["file:rel?x=1#f", "file:///cwd/rel?x=1#f"],
  ])("%s", (given, stored) => {
    expect(resolveLocation(given, "/cwd")).toBe(stored);
  });

  test("refuses a file on another host", () => {
    expect(() => resolveLocation("file://host/x", "/cwd")).toThrow("is not a valid remote uri");
  });
});

describe("what may be a location", () => {
  test.each(["s3://b/x;y", "http://h/x;y/z", "s3://b/x?", "file:/x;y"])("takes %s", (location) => {
    checkArtifactLocation(location, 100);
  });

  test.each([
    ["s3://b/x#f", "fragments or params"],
    ["/p;x", "fragments or params"],
    ["http://h/x;y", "fragments or params"],
    ["#f", "fragments or params"],
    ["s3://b/x?y=..", "Invalid query string"],
    ["s3://b/x?y=%2e%2e", "Invalid query string"],
    ["s3://b/x?y=%25252e%25252e", "Invalid query string"],
    ["runs:/abc/x", "cannot be a runs:/ URI"],
    [`s3://b/${"x".repeat(100)}`, "cannot be greater than 100 characters"],
  ])("refuses %s", (location, message) => {
    expect(() => checkArtifactLocation(location, 100)).toThrow(message);
  });
});
