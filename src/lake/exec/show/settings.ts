/**
 * SET and RESET. Only settings that mean something here are taken, with the values Spark takes;
 * an unknown `spark.*` key is refused, since ignoring it could change an answer. Other keys are the
 * user's own and kept for the session.
 */
import { SovereignError } from "../../../core/errors.ts";
import { suggestName } from "../../../core/suggest.ts";
import { readPropertyKey, readTableProperties } from "../../delta/write/table-properties.ts";
import { STRING, structField, structType } from "../../schema/data-type.ts";
import { SqlError } from "../../sql/error.ts";
import { VACUUM_FLAGS } from "../maintain/retention.ts";
import { STATS_CHECK } from "../maintain/z-order-columns.ts";
import { localOutcome, type Outcome } from "../result.ts";
import { PROPERTY_DEFAULTS, type Session } from "../session.ts";
import type { StatementContext, StatementOf } from "../statement.ts";

interface Setting {
  standard: string;
  /** Values understood, lower case; null for any. */
  values: readonly string[] | null;
}

const FLAGS = ["true", "false"];

/** Settings that change what statements do, or that have only the value this engine implements. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  "spark.sql.ansi.enabled": { standard: "true", values: ["true"] },
  "spark.sql.session.timeZone": { standard: "UTC", values: ["utc", "etc/utc", "z", "gmt"] },
  "spark.sql.caseSensitive": { standard: "false", values: ["false"] },
  "spark.sql.storeAssignmentPolicy": { standard: "ANSI", values: ["ansi"] },
  "spark.sql.sources.partitionOverwriteMode": { standard: "STATIC", values: ["static", "dynamic"] },
  "spark.databricks.delta.schema.autoMerge.enabled": { standard: "false", values: FLAGS },
  "spark.databricks.delta.optimize.minFileSize": { standard: "1073741824", values: null },
  "spark.databricks.delta.optimize.maxFileSize": { standard: "1073741824", values: null },
  [STATS_CHECK]: { standard: "true", values: FLAGS },
  "spark.sql.shuffle.partitions": { standard: "200", values: null },
  "spark.sql.adaptive.enabled": { standard: "true", values: FLAGS },
  "spark.databricks.delta.commitInfo.userMetadata": { standard: "", values: null },
  ...Object.fromEntries(
    Object.entries(VACUUM_FLAGS).map(([key, standard]) => [key, { standard, values: FLAGS }]),
  ),
};

/** Facts of the running engine under the names Spark has for them; reading them is all one can. */
const FACTS = ["spark.driver.memory", "spark.executor.memory", "spark.executor.cores"] as const;

export type EngineFacts = Readonly<Partial<Record<(typeof FACTS)[number], string>>>;

const COLUMNS = structType([
  structField("key", STRING, false),
  structField("value", STRING, false),
]);

/** Runs SET, SET key, SET key = value. */
export function executeSet(ctx: StatementContext, set: StatementOf<"set">): Outcome {
  const { settings, facts } = ctx.session;
  if (set.key === undefined) {
    const standards = Object.entries(SETTINGS).map(([key, s]): [string, string] => {
      return [key, s.standard];
    });
    const known = new Map([...standards, ...Object.entries(ctx.session.standards), ...settings]);
    return localOutcome(
      COLUMNS,
      [...known, ...Object.entries(facts)].sort(([a], [b]) => (a! < b! ? -1 : 1)),
    );
  }
  const fact = FACTS.find((name) => name.toLowerCase() === set.key!.toLowerCase());
  if (fact && set.value === undefined) {
    return localOutcome(COLUMNS, [[fact, facts[fact] ?? "<undefined>"]]);
  }
  if (fact) throw fixedWhileRunning(fact);
  const key = canonicalKey(set.key);
  refuseVariable(ctx, set);
  if (set.value === undefined) {
    const standard = ctx.session.standards[key] ?? SETTINGS[key]?.standard;
    const value = settings.get(key) ?? standard ?? "<undefined>";
    return localOutcome(COLUMNS, [[key, value]]);
  }
  checkValue(key, set.value);
  settings.set(key, set.value);
  return localOutcome(COLUMNS, [[key, set.value]]);
}

function refuseVariable(ctx: StatementContext, { key, span }: StatementOf<"set">): void {
  if (!ctx.session.variables.has(`@${key!.toLowerCase()}`)) return;
  throw new SqlError(`\`${key}\` is a variable, which SET alone does not change`, {
    errorClass: "UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET",
    sqlState: "0A000",
    span,
    hint: "write SET VARIABLE",
  });
}

/** Runs RESET [key]. */
export function executeReset(ctx: StatementContext, reset: StatementOf<"reset">): Outcome {
  if (reset.key === undefined) ctx.session.settings.clear();
  else ctx.session.settings.delete(canonicalKey(reset.key));
  return localOutcome(structType([]), []);
}

/** Spark refuses these too once a session runs. */
function fixedWhileRunning(key: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", `\`${key}\` cannot change while it runs`, {
    hint: "set `memory_limit` or `threads` under `[lake]` in batuta.toml",
    details: { error_class: "CANNOT_MODIFY_CONFIG", sql_state: "46110" },
  });
}

/** Properties that settings give to every new table. */
export function propertyDefaults({ standards, settings }: Session): Record<string, string> {
  const all = [...Object.entries(standards), ...settings];
  return Object.fromEntries(
    all.flatMap(([key, value]) =>
      key.startsWith(PROPERTY_DEFAULTS) ? [[propertyKey(key), value]] : [],
    ),
  );
}

function propertyKey(setting: string): string {
  return `delta.${setting.slice(PROPERTY_DEFAULTS.length)}`;
}

function canonicalKey(key: string): string {
  if (key.toLowerCase().startsWith(PROPERTY_DEFAULTS)) {
    return PROPERTY_DEFAULTS + readPropertyKey(propertyKey(key)).slice("delta.".length);
  }
  const known = Object.keys(SETTINGS).find((name) => name.toLowerCase() === key.toLowerCase());
  if (known) return known;
  if (!/^spark\./i.test(key)) return key;
  const near = suggestName(key, Object.keys(SETTINGS));
  throw new SovereignError("NOT_IMPLEMENTED", `the setting \`${key}\` is not supported`, {
    hint: near ? `did you mean \`${near}\`?` : "SET alone lists what can be set",
    details: { error_class: "UNSUPPORTED_FEATURE.SET_VARIABLE", sql_state: "0A000" },
  });
}

function checkValue(key: string, value: string): void {
  if (key.startsWith(PROPERTY_DEFAULTS)) {
    readTableProperties({ [propertyKey(key)]: value });
    return;
  }
  const setting = SETTINGS[key];
  if (!setting?.values || setting.values.includes(value.toLowerCase())) return;
  const isFixed =
    setting.values.every((v) => v !== "true" && v !== "false") || setting.values.length === 1;
  throw new SovereignError(
    isFixed ? "NOT_IMPLEMENTED" : "INVALID_PARAMETER_VALUE",
    `\`${key}\` cannot be \`${value}\``,
    { hint: `it can be ${setting.values.join(" or ")}` },
  );
}
