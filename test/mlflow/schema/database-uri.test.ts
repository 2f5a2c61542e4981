/** Store URIs, with what SQLAlchemy 2.1.0's `make_url` and pysqlite dialect make of them. */
import { describe, expect, test } from "vitest";

import { parseDatabaseUri } from "../../../src/mlflow/schema/database-uri.ts";

describe("a URI names the file that SQLAlchemy opens", () => {
  test.each([
    ["sqlite:///relative.db", "/data/relative.db"],
    ["sqlite:////abs/x.db", "/abs/x.db"],
    ["sqlite:///a%20b.db", "/data/a b.db"],
    ["sqlite:///a b.db?mode=ro", "/data/a b.db"],
    ["sqlite:///x%2Fy.db", "/data/x/y.db"],
    ["sqlite+pysqlite:///x.db", "/data/x.db"],
    ["SQLITE:///x.db", "/data/x.db"],
    ["sqlite:///~/x", "/data/~/x"],
    ["sqlite:///x.db#f", "/data/x.db#f"],
    ["sqlite:///ü%zz.db", "/data/ü%zz.db"],
    ["sqlite:///%C3%BC.db", "/data/ü.db"],
    ["sqlite:///../x.db", "/x.db"],
    ["sqlite:///:memory:", ":memory:"],
    ["sqlite:///", ":memory:"],
    ["sqlite://", ":memory:"],
    ["plain/path.db", "/data/plain/path.db"],
    ["/abs/path.db", "/abs/path.db"],
  ])("%s", (uri, path) => {
    expect(parseDatabaseUri(uri, "/data")).toBe(path);
  });
});

describe("refused with what to write instead", () => {
  test.each([
    ["sqlite://host/x.db", "names no SQLite file"],
    ["", "names no SQLite file"],
    ["sqlite:///file:/x/y.db?uri=true&mode=ro", "`uri=true`"],
    ["postgresql://user:secret@host/db", "`postgresql://…` is no SQLite database"],
    ["mysql+pymysql://user:secret@host/db", "`mysql://…` is no SQLite database"],
    ["http://127.0.0.1:5000", "is a tracking server"],
    ["file:///tmp/mlruns", "is a folder of a FileStore"],
    ["sqlite:/x.db", "names no SQLite file"],
  ])("%s", (uri, message) => {
    expect(() => parseDatabaseUri(uri, "/data")).toThrow(message);
    expect(() => parseDatabaseUri(uri, "/data")).toThrow(
      expect.objectContaining({ code: "INVALID_PARAMETER_VALUE", hint: expect.any(String) }),
    );
    expect(() => parseDatabaseUri(uri, "/data")).not.toThrow("secret");
  });
});
