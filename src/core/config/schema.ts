/**
 * Every configuration key, once: `config show`, the reference page, validation and the environment
 * names all read this table. A key `[lake] root` is `lake.root` here and `SOVEREIGN_LAKE_ROOT` in
 * the environment. Tables of the Rust stack's own `batuta.toml` that mean nothing here are accepted
 * and left alone, so one file can serve both.
 */

export const PRIVACY_TIERS = ["sovereign", "private", "standard"] as const;
export type PrivacyTierName = (typeof PRIVACY_TIERS)[number];

/** `path` is a string resolved against the folder it was written for; `size` is like `4GB`. */
export type ConfigType = "string" | "path" | "size" | "integer" | "boolean" | "string[]" | "choice";

export type ConfigValue = string | number | boolean | readonly string[] | null;

export interface ConfigKey {
  key: string;
  type: ConfigType;
  /** Null: unset. A path default is relative to the home folder (`.sovereign`). */
  default: ConfigValue;
  doc: string;
  choices?: readonly string[];
  /** Smallest accepted integer. */
  minimum?: number;
}

export const CONFIG_KEYS: readonly ConfigKey[] = [
  {
    key: "project.name",
    type: "string",
    default: null,
    doc: "Name of the project, shown in listings and reports.",
  },
  {
    key: "project.description",
    type: "string",
    default: null,
    doc: "One line about the project.",
  },
  {
    key: "privacy.tier",
    type: "choice",
    default: "sovereign",
    choices: PRIVACY_TIERS,
    doc: "What the process may connect to: `sovereign` = this machine and `allowed_endpoints`; `private` adds `private_endpoints`; `standard` = any host.",
  },
  {
    key: "privacy.allowed_endpoints",
    type: "string[]",
    default: [],
    doc: "Hosts every tier may reach: `host`, `host:port`, `*.example.com` (its subdomains, not itself), `[::1]:8080`.",
  },
  {
    key: "privacy.private_endpoints",
    type: "string[]",
    default: [],
    doc: "Hosts the `private` tier may reach in addition.",
  },
  {
    key: "lake.root",
    type: "path",
    default: "lake",
    doc: "Folder of the managed tables.",
  },
  {
    key: "lake.memory_limit",
    type: "size",
    default: null,
    doc: "Most memory the query engine may use, such as `4GB` (default: the engine's own).",
  },
  {
    key: "lake.threads",
    type: "integer",
    default: null,
    minimum: 1,
    doc: "Threads of the query engine (default: one per core).",
  },
  {
    key: "lake.deletion_vectors",
    type: "boolean",
    default: true,
    doc: "Whether new tables get deletion vectors: changes mark rows instead of writing files again.",
  },
];

/** Of the file's form, as the Rust stack's batuta writes it; `version` of batuta.toml. */
export const FILE_VERSION = "1.0";

/** Top-level keys that are no table of settings. */
export const TOP_LEVEL_KEYS = ["version", "default_profile"] as const;

/** Read by the Rust stack's batuta, ignored here. */
export const FOREIGN_TABLES = [
  "source",
  "transpilation",
  "optimization",
  "validation",
  "build",
] as const;
export const FOREIGN_KEYS = ["project.primary_language", "project.authors", "project.license"];

/** `lake.root` to `SOVEREIGN_LAKE_ROOT`. */
export function environmentName(key: string): string {
  return `SOVEREIGN_${key.replaceAll(".", "_").toUpperCase()}`;
}

/** Variables that are no configuration key, with what each does; for `help environment`. */
export const ENVIRONMENT_VARIABLES: readonly { name: string; doc: string }[] = [
  { name: "SOVEREIGN_CONFIG", doc: "Path of the `batuta.toml` to use; its folder is the project." },
  { name: "SOVEREIGN_HOME", doc: "Folder of the metadata store and lake instead of `.sovereign`." },
  { name: "SOVEREIGN_PROFILE", doc: "Profile to apply, as `--profile` does." },
  { name: "SOVEREIGN_NO_PROGRESS", doc: "Set to turn off progress lines." },
  { name: "NO_COLOR", doc: "Set to turn off colour." },
  { name: "FORCE_COLOR", doc: "Set to colour output that goes to no terminal." },
  { name: "CI", doc: "Set by CI systems: plain phase lines instead of progress bars." },
  { name: "PAGER", doc: "Program that shows text longer than the screen." },
  { name: "VISUAL, EDITOR", doc: "Editor to open files with." },
];
