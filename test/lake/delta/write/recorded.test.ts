/** What we would write, against what delta-spark 4.4.0 wrote (conformance data, 27 tables). */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFixedClock } from "../../../../src/core/clock.ts";
import { listProtocolFeatures } from "../../../../src/lake/delta/features.ts";
import type { Action, CommitInfo, Metadata, Protocol } from "../../../../src/lake/delta/types.ts";
import { orderedAction } from "../../../../src/lake/delta/write/action-order.ts";
import { canonicalJson, jsonChecksum } from "../../../../src/lake/delta/write/canonical-json.ts";
import { checkActions, encodeCommit } from "../../../../src/lake/delta/write/commit.ts";
import * as ops from "../../../../src/lake/delta/write/operations.ts";
import { PROPERTY_RULES } from "../../../../src/lake/delta/write/property-table.ts";
import { protocolFor } from "../../../../src/lake/delta/write/protocol-for.ts";
import { defineTable } from "../../../../src/lake/delta/write/table-create.ts";
import { structType } from "../../../../src/lake/schema/data-type.ts";
import { parseSchemaJson } from "../../../../src/lake/schema/schema-json.ts";
import { conformanceFolder, hasConformance } from "../conformance-data.ts";

const folder = join(conformanceFolder, "delta-spark-4.4");
const tables = hasConformance && existsSync(folder) ? readdirSync(folder).sort() : [];

interface RecordedCommit {
  name: string;
  text: string;
  actions: Action[];
}

function commitsOf(table: string): RecordedCommit[] {
  const log = join(folder, table, "table", "_delta_log");
  const names = readdirSync(log).filter((name) => /^\d{20}\.json$/.test(name));
  return names.sort().map((name) => {
    const text = readFileSync(join(log, name), "utf8");
    const actions = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Action);
    return { name: `${table} ${name}`, text, actions };
  });
}

const commits = tables.flatMap(commitsOf);
const infos = commits.flatMap(({ name, actions }) =>
  actions.flatMap(({ commitInfo }) => (commitInfo ? [[name, commitInfo] as const] : [])),
);

/** Features a table's properties or schema do not show: they were named in its statement. */
const NAMED: Record<string, string[]> = {
  clustered: ["clustering", "domainMetadata"],
  defaults_checks: ["allowColumnDefaults"],
  domain_metadata: ["domainMetadata"],
  vacuum_protocol: ["vacuumProtocolCheck"],
};
/** Kinds this writer refuses: Spark adds dependencies, or a feature's preview name, for them. */
const REFUSED = ["iceberg_compat", "iceberg_compat3", "variant_shredded"];

describe.skipIf(tables.length === 0)("recorded commits", () => {
  it("print as Spark printed them, key by key", () => {
    for (const { name, text, actions } of commits) {
      const known = actions.filter((action) => !("checkpointMetadata" in action));
      checkActions(known);
      expect(encodeCommit(known), name).toBe(text.endsWith("\n") ? text : `${text}\n`);
    }
  });

  it.each(tables.filter((table) => !REFUSED.includes(table)))(
    "protocol of `%s` is ours",
    (table) => {
      const actions = commitsOf(table)[0]!.actions;
      const metadata = actions.find((action) => action.metaData)!.metaData!;
      const recorded = actions.find((action) => action.protocol)!.protocol!;
      const ours = protocolFor({
        schema: parseSchemaJson(metadata.schemaString),
        configuration: metadata.configuration,
        features: NAMED[table] ?? [],
      });
      expect(sorted(ours)).toEqual(sorted(recorded));
    },
  );

  it("raised protocols are ours too", () => {
    for (const table of tables) {
      let current: Protocol | undefined;
      let metadata: Metadata | undefined;
      for (const { name, actions } of commitsOf(table)) {
        const protocol = actions.find((action) => action.protocol)?.protocol;
        metadata = actions.find((action) => action.metaData)?.metaData ?? metadata;
        const lowers =
          protocol &&
          current &&
          listProtocolFeatures(current).some(
            (feature) => !listProtocolFeatures(protocol).includes(feature),
          );
        if (protocol && current && !lowers && !name.startsWith("checkpoint_protection")) {
          const { configuration, schemaString } = metadata!;
          const ours = protocolFor({
            schema: parseSchemaJson(schemaString),
            configuration,
            current,
          });
          expect(sorted(ours), name).toEqual(sorted(protocol));
        }
        current = protocol ?? current;
      }
    }
  });

  it("properties are all known", () => {
    const known = new Set(PROPERTY_RULES.map((rule) => rule.key));
    for (const { name, actions } of commits) {
      for (const key of Object.keys(
        actions.find((a) => a.metaData)?.metaData?.configuration ?? {},
      )) {
        const isKnown = known.has(key) || key.startsWith("delta.constraints.");
        expect(isKnown || !key.startsWith("delta."), `${name}: ${key}`).toBe(true);
      }
    }
  });

  it("a column-mapped table numbers its columns as Spark did", () => {
    const recorded = commitsOf("colmap_name")[0]!.actions.find((a) => a.metaData)!.metaData!;
    const schema = parseSchemaJson(recorded.schemaString);
    const plain = structType(schema.fields.map((field) => ({ ...field, metadata: {} })));
    const { metadata } = defineTable({
      schema: plain,
      properties: { "delta.columnMapping.mode": "name" },
      clock: createFixedClock(recorded.createdTime!),
    });
    expect(metadata.configuration).toEqual(recorded.configuration);
    const withoutUuids = (text: string) => text.replaceAll(/col-[0-9a-f-]{36}/g, "col-?");
    expect(withoutUuids(metadata.schemaString)).toBe(withoutUuids(recorded.schemaString));
  });
});

function sorted(protocol: Protocol): Protocol {
  const lists = Object.entries(protocol).map(([key, value]) => [
    key,
    Array.isArray(value) ? [...value].sort() : value,
  ]);
  return Object.fromEntries(lists) as Protocol;
}

describe.skipIf(tables.length === 0)("recorded operations", () => {
  /** Our builder called for what the recorded commit says; null where it takes an expression tree. */
  function rebuild(info: CommitInfo, metadata: Metadata | undefined): ops.Operation | null {
    const p = info.operationParameters as Record<string, string>;
    switch (info.operation) {
      case "CREATE TABLE": {
        const clusterBy = JSON.parse(p.clusterBy!) as string[];
        return ops.createTableOperation(metadata!, { isManaged: false, clusterBy });
      }
      case "WRITE":
        return ops.writeOperation({ mode: p.mode as "Append" });
      case "DELETE":
        return ops.deleteOperation(JSON.parse(p.predicate!)[0]);
      case "UPDATE":
        return ops.updateOperation(JSON.parse(p.predicate!)[0]);
      case "MERGE":
        return ops.mergeOperation(JSON.parse(p.predicate!)[0], {
          matched: JSON.parse(p.matchedPredicates!),
          notMatched: JSON.parse(p.notMatchedPredicates!),
          notMatchedBySource: JSON.parse(p.notMatchedBySourcePredicates!),
        });
      case "RESTORE":
        return ops.restoreOperation({ version: p.version as unknown as number });
      case "UNSET TBLPROPERTIES":
        return ops.unsetPropertiesOperation(JSON.parse(p.properties!), true);
      case "ADD CONSTRAINT":
        return ops.addConstraintOperation(p.name!, p.expr!);
      case "RENAME COLUMN":
        return ops.renameColumnOperation([p.oldColumnPath!], [p.newColumnPath!]);
      case "DROP COLUMNS":
        return ops.dropColumnsOperation([JSON.parse(p.columns!)]);
      default:
        return null;
    }
  }

  it("have our names and parameters", () => {
    let compared = 0;
    for (const { name, actions } of commits) {
      const info = actions.find((action) => action.commitInfo)!.commitInfo!;
      const ours = rebuild(info, actions.find((action) => action.metaData)?.metaData);
      if (ours === null) continue;
      expect(ours.operation, name).toBe(info.operation);
      expect(ours.operationParameters, name).toEqual(info.operationParameters);
      compared++;
    }
    expect(compared).toBeGreaterThan(70);
  });

  it("ALTER COLUMN and ADD COLUMNS name the field as Spark does", () => {
    const added = infos.find(([, info]) => info.operation === "ADD COLUMNS")![1];
    const field = parseSchemaJson(
      '{"type":"struct","fields":[{"name":"extra","type":{"type":"struct","fields":[]},"nullable":true,"metadata":{}}]}',
    ).fields[0]!;
    expect(ops.addColumnsOperation([{ field }]).operationParameters).toEqual(
      added.operationParameters,
    );
    const changed = infos.find(([, info]) => info.operation === "CHANGE COLUMN")![1];
    const id = parseSchemaJson(
      '{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}',
    ).fields[0]!;
    expect(ops.changeColumnOperation({ field: id }).operationParameters).toEqual(
      changed.operationParameters,
    );
  });
});

describe("the checksum of _last_checkpoint", () => {
  it("is the specification's", () => {
    const document = JSON.parse(
      '{"k0":"\'v 0\'", "checksum": "adsaskfljadfkjadfkj", "k1":{"k2": 2, "k3": ["v3", [1, 2], {"k4": "v4", "k5": ["v5", "v6", "v7"]}]}}',
    );
    expect(canonicalJson(document)).toBe(
      '"k0"="%27v%200%27","k1"+"k2"=2,"k1"+"k3"+0="v3","k1"+"k3"+1+0=1,"k1"+"k3"+1+1=2,' +
        '"k1"+"k3"+2+"k4"="v4","k1"+"k3"+2+"k5"+0="v5","k1"+"k3"+2+"k5"+1="v6","k1"+"k3"+2+"k5"+2="v7"',
    );
    expect(jsonChecksum(document)).toBe("6a92d155a59bf2eecbd4b4ec7fd1f875");
  });

  it.skipIf(tables.length === 0)("is Spark's", () => {
    for (const table of ["v1_checkpoint", "v2_checkpoint"]) {
      const path = join(folder, table, "table", "_delta_log", "_last_checkpoint");
      const hint = JSON.parse(readFileSync(path, "utf8"));
      expect(jsonChecksum(hint), table).toBe(hint.checksum);
    }
  });
});

describe("an action", () => {
  it("keeps fields it does not know", () => {
    const action = {
      commitInfo: { zebra: 1, operation: "X", timestamp: 2, operationParameters: {} },
    };
    expect(JSON.stringify(orderedAction(action))).toBe(
      '{"commitInfo":{"timestamp":2,"operation":"X","operationParameters":{},"zebra":1}}',
    );
  });
});
