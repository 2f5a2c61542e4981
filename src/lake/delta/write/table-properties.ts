/**
 * TBLPROPERTIES as a user writes them, checked and sorted: what goes into the configuration, which
 * table features they name (`delta.feature.x = supported`) and which protocol versions. Keys
 * outside `delta.` are the user's own and kept as they are.
 */
import { SovereignError } from "../../../core/errors.ts";
import { suggestName } from "../../../core/suggest.ts";
import { TABLE_FEATURES } from "../features.ts";
import { PROPERTY_RULES } from "./property-table.ts";

export interface TableProperties {
  configuration: Record<string, string>;
  features: string[];
  minReaderVersion?: number;
  minWriterVersion?: number;
}

const FEATURE_PREFIX = "delta.feature.";
const CONSTRAINT_PREFIX = "delta.constraints.";
const BY_KEY = new Map(PROPERTY_RULES.map((rule) => [rule.key.toLowerCase(), rule]));
const VERSIONS: Readonly<Record<string, "minReaderVersion" | "minWriterVersion">> = {
  "delta.minreaderversion": "minReaderVersion",
  "delta.minwriterversion": "minWriterVersion",
};

/**
 * Checks user-given properties. Keys come back in Delta's letter case. Throws
 * INVALID_PARAMETER_VALUE naming the key for an unknown, malformed or internal one.
 */
export function readTableProperties(properties: Readonly<Record<string, string>>): TableProperties {
  const result: TableProperties = { configuration: {}, features: [] };
  for (const [key, value] of Object.entries(properties)) readProperty(result, key, value);
  return result;
}

/** The stored spelling of a key a user wants to unset; refuses internal and unknown ones. */
export function readPropertyKey(key: string): string {
  return key.toLowerCase().startsWith("delta.") ? ruleOf(key).key : key;
}

/** The spelling of a key in the history: delta-spark prints those of features in lower case. */
export function historyPropertyKey(key: string): string {
  const lowerKey = key.toLowerCase();
  if (lowerKey.startsWith(FEATURE_PREFIX)) return lowerKey;
  const version = VERSIONS[lowerKey];
  return version ? `delta.${version}` : (BY_KEY.get(lowerKey)?.key ?? key);
}

function readProperty(result: TableProperties, key: string, value: string): void {
  const lowerKey = key.toLowerCase();
  const version = VERSIONS[lowerKey];
  if (version) {
    result[version] = readVersion(key, value);
  } else if (lowerKey.startsWith(FEATURE_PREFIX)) {
    result.features.push(readFeature(key, value));
  } else if (!lowerKey.startsWith("delta.")) {
    result.configuration[key] = value;
  } else if (lowerKey !== "delta.ignoreprotocoldefaults") {
    const rule = ruleOf(key);
    if (!rule.isValid(value)) throw invalidValue(rule.key, value, rule.requirement);
    result.configuration[rule.key] = value;
  }
}

function ruleOf(key: string) {
  const rule = BY_KEY.get(key.toLowerCase());
  if (rule && !rule.internal) return rule;
  if (rule) {
    throw refused(`table property \`${rule.key}\` is kept by Delta writers and cannot be set`, {
      hint: "leave it out",
      errorClass: "DELTA_CANNOT_MODIFY_TABLE_PROPERTY",
    });
  }
  if (key.toLowerCase().startsWith(CONSTRAINT_PREFIX)) {
    throw refused(`constraints are not set as table properties (\`${key}\`)`, {
      hint: "use ALTER TABLE … ADD CONSTRAINT … CHECK (…)",
      errorClass: "DELTA_ADD_CONSTRAINTS",
    });
  }
  const known = PROPERTY_RULES.filter((candidate) => !candidate.internal);
  const near = suggestName(
    key,
    known.map((candidate) => candidate.key),
  );
  throw refused(`unknown table property \`${key}\``, {
    hint: near ? `did you mean \`${near}\`?` : "keys under `delta.` are reserved for Delta",
    errorClass: "DELTA_UNKNOWN_CONFIGURATION",
  });
}

function readFeature(key: string, value: string): string {
  const wanted = key.slice(FEATURE_PREFIX.length);
  const feature = TABLE_FEATURES.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (!feature) {
    const near = suggestName(
      wanted,
      TABLE_FEATURES.map(({ name }) => name),
    );
    throw refused(`unknown table feature \`${wanted}\``, {
      hint: near ? `did you mean \`${FEATURE_PREFIX}${near}\`?` : "check the feature's name",
      errorClass: "DELTA_UNSUPPORTED_FEATURES_IN_CONFIG",
    });
  }
  if (!/^(supported|enabled)$/i.test(value)) throw invalidValue(key, value, "must be `supported`");
  return feature.name;
}

function readVersion(key: string, value: string): number {
  const limit = key.toLowerCase().includes("reader") ? 3 : 7;
  const version = Number(value);
  if (/^\d+$/.test(value) && version >= 1 && version <= limit) return version;
  throw invalidValue(key, value, `must be a whole number from 1 to ${limit}`);
}

function invalidValue(key: string, value: string, requirement: string): SovereignError {
  return refused(`table property \`${key}\` ${requirement}, not \`${value}\``, {
    hint: "correct the value",
    errorClass: "DELTA_VIOLATE_TABLE_PROPERTY_VALIDATION_FAILED",
  });
}

function refused(message: string, options: { hint: string; errorClass: string }): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, {
    hint: options.hint,
    details: { error_class: options.errorClass },
  });
}
