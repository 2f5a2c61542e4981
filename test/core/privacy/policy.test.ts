import { describe, expect, test } from "vitest";

import { createPolicy, isAllowed } from "../../../src/core/privacy/index.ts";

const allows = (patterns: string[], host: string, port: number | null = 443): boolean =>
  isAllowed(createPolicy({ tier: "sovereign", allowedEndpoints: patterns }), host, port);

test.each([
  ["localhost", true],
  ["LOCALHOST", true],
  ["localhost.", true],
  ["app.localhost", true],
  ["127.0.0.1", true],
  ["127.255.3.4", true],
  ["::1", true],
  ["[::1]", true],
  ["0:0:0:0:0:0:0:1", true],
  ["::ffff:127.0.0.1", true],
  ["::ffff:7f00:1", true],
  ["0.0.0.0", false],
  ["::", false],
  ["128.0.0.1", false],
  ["::ffff:8.8.8.8", false],
  ["localhost.example.com", false],
  ["notlocalhost", false],
  ["127.0.0.1.example.com", false],
  ["169.254.169.254", false],
  ["fe80::1%eth0", false],
  ["", false],
])("the sovereign tier reaches %j: %s", (host, expected) => {
  expect(allows([], host)).toBe(expected);
});

describe("patterns", () => {
  test.each([
    [["db.internal"], "db.internal", 5432, true],
    [["db.internal"], "DB.Internal.", 5432, true],
    [["db.internal"], "x.db.internal", 5432, false],
    [["db.internal:5432"], "db.internal", 5432, true],
    [["db.internal:5432"], "db.internal", 80, false],
    [["db.internal:5432"], "db.internal", null, true],
    [["*.corp.example"], "a.corp.example", 1, true],
    [["*.corp.example"], "a.b.c.corp.example", 1, true],
    [["*.corp.example"], "corp.example", 1, false],
    [["*.corp.example"], "xcorp.example", 1, false],
    [["*.corp.example:443"], "a.corp.example", 80, false],
    [["[2001:db8::1]:8080"], "2001:0db8:0:0::1", 8080, true],
    [["[2001:db8::1]:8080"], "2001:db8::1", 80, false],
    [["2001:db8::1"], "[2001:db8::1]", 80, true],
    [["10.0.0.5"], "::ffff:10.0.0.5", 80, true],
    [["bücher.example"], "xn--bcher-kva.example", 80, true],
    [["xn--bcher-kva.example"], "BÜCHER.example", 80, true],
  ])("%j and %s:%s: %s", (patterns, host, port, expected) => {
    expect(allows(patterns, host, port)).toBe(expected);
  });

  test.each([
    "",
    "http://a.example",
    "a/b",
    "*",
    "*.",
    "a.*.b",
    "*.10.0.0.1",
    "a:0",
    "a:70000",
    "[a]:80",
    "user@host",
    "two words",
  ])("%j is refused", (pattern) => {
    expect(() => allows([pattern], "x")).toThrow(/is no endpoint/);
    const inPrivate = { tier: "standard", privateEndpoints: [pattern] } as const;
    expect(() => createPolicy(inPrivate)).toThrow(/is no endpoint/);
  });
});

test("tiers: private adds its list, standard reaches all", () => {
  const lists = { allowedEndpoints: ["a.example"], privateEndpoints: ["b.example"] };
  const reach = (tier: "sovereign" | "private" | "standard") =>
    ["a.example", "b.example", "c.example"].map((host) =>
      isAllowed(createPolicy({ tier, ...lists }), host, 80),
    );
  expect(reach("sovereign")).toEqual([true, false, false]);
  expect(reach("private")).toEqual([true, true, false]);
  expect(reach("standard")).toEqual([true, true, true]);
});
