import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../../src/core/store/index.ts";
import {
  type Catalog,
  createMemoryCatalog,
  createStoreCatalog,
  folderName,
  listedTables,
  mountCatalogs,
  type TableInfo,
} from "../../../src/lake/catalog/index.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "catalog-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function table(name: string, extra: Partial<TableInfo> = {}): TableInfo {
  return {
    catalog: "main",
    schema: "default",
    name,
    kind: "managed",
    location: join(root, "lake", "main", "default", name.toLowerCase()),
    viewText: null,
    viewCatalog: null,
    viewSchema: null,
    viewColumns: null,
    comment: null,
    createdAtMs: 7,
    ...extra,
  };
}

const KINDS: [string, () => Catalog][] = [
  ["memory", () => createMemoryCatalog(join(root, "lake"))],
  [
    "store",
    () => createStoreCatalog(openStore({ path: join(root, "store.db") }), join(root, "lake")),
  ],
];

describe.each(KINDS)("%s catalog", (_, create) => {
  it("starts with main.default and creates nothing by reading", () => {
    const catalog = create();
    expect(catalog.listCatalogs().map((c) => c.name)).toEqual(["main"]);
    expect(catalog.listSchemas("MAIN").map((s) => s.name)).toEqual(["default"]);
    expect(catalog.getSchema("main", "default")!.location).toBe(join(root, "lake/main/default"));
  });

  it("lists no table whose first commit never came", () => {
    const catalog = create();
    const log = join(table("made").location!, "_delta_log");
    for (const name of ["made", "half", "none"]) catalog.putTable(table(name), { replace: false });
    const outside = { kind: "external", location: join(root, "away") } as const;
    catalog.putTable(table("outside", outside), { replace: false });
    mkdirSync(log, { recursive: true });
    mkdirSync(join(table("half").location!, "_delta_log"), { recursive: true });
    const names = () => listedTables(catalog, "main", "default").map((one) => one.name);
    expect(names()).toEqual(["outside"]);
    writeFileSync(join(log, "00000000000000000010.checkpoint.parquet"), "");
    expect(names()).toEqual(["made", "outside"]);
  });

  it("compares names without case and keeps the case given", () => {
    const catalog = create();
    catalog.putTable(table("Orders"), { replace: false });
    expect(catalog.getTable(table("ORDERS"))).toEqual(table("Orders"));
    expect(() => catalog.putTable(table("orders"), { replace: false })).toThrow(/exists already/);
    catalog.putTable(table("orders", { comment: "new" }), { replace: true });
    expect(catalog.listTables("main", "default").map((t) => [t.name, t.comment])).toEqual([
      ["orders", "new"],
    ]);
  });

  it("keeps external locations, views and their namespace", () => {
    const catalog = create();
    const external = table("ext", { kind: "external", location: "/data/ext" });
    const view = table("v", {
      kind: "view",
      location: null,
      viewText: "SELECT 1 AS a",
      viewCatalog: "main",
      viewSchema: "default",
      viewColumns: [{ name: "a", comment: null }],
    });
    catalog.putTable(external, { replace: false });
    catalog.putTable(view, { replace: false });
    expect(catalog.getTable(external)).toEqual(external);
    expect(catalog.getTable(view)).toEqual(view);
  });

  it("refuses to drop what is not empty and to fill what does not exist", () => {
    const catalog = create();
    catalog.createCatalog({ name: "c2", comment: "x" });
    catalog.createSchema({ catalog: "c2", name: "s", comment: null, location: join(root, "s") });
    catalog.putTable(table("t", { catalog: "c2", schema: "s", location: "/x" }), {
      replace: false,
    });
    expect(() => catalog.dropSchema("c2", "s")).toThrow(/not empty/);
    expect(() => catalog.dropCatalog("c2")).toThrow(/not empty/);
    expect(catalog.managedLocation({ catalog: "c2", schema: "s", name: "T" })).toBe(
      join(root, "s", "t"),
    );
    catalog.dropTable({ catalog: "C2", schema: "S", name: "T" });
    catalog.dropSchema("c2", "s");
    catalog.dropCatalog("c2");
    expect(() => catalog.dropCatalog("c2")).toThrow(/cannot be found/);
    const orphan = table("t", { schema: "nope" });
    expect(() => catalog.putTable(orphan, { replace: false })).toThrow(/schema/);
  });

  it("renames without moving the data", () => {
    const catalog = create();
    catalog.putTable(table("a"), { replace: false });
    catalog.putTable(table("b"), { replace: false });
    expect(() => catalog.renameTable(table("a"), table("b"))).toThrow(/exists already/);
    catalog.renameTable(table("a"), { catalog: "main", schema: "default", name: "c" });
    expect(catalog.getTable(table("a"))).toBeNull();
    expect(catalog.getTable(table("c"))!.location).toBe(table("a").location);
  });
});

it("mounts a folder of tables read-only", () => {
  mkdirSync(join(root, "samples", "nyc", "trips", "_delta_log"), { recursive: true });
  const catalog = mountCatalogs(createMemoryCatalog(root), [
    { name: "samples", folder: join(root, "samples"), comment: "bundled" },
    { name: "gone", folder: join(root, "gone"), comment: null },
  ]);
  expect(catalog.listCatalogs().map((c) => c.name)).toEqual(["main", "samples"]);
  expect(catalog.getTable({ catalog: "Samples", schema: "NYC", name: "Trips" })?.location).toBe(
    join(root, "samples", "nyc", "trips"),
  );
  expect(() => catalog.dropSchema("samples", "nyc")).toThrow(/read-only/);
});

it("makes safe folder names", () => {
  expect(folderName("Größe 1/x")).toBe("größe~201~2fx");
  expect(folderName("..")).toBe("~2e~2e");
  expect(folderName("a:b")).toBe("a~3ab");
});
