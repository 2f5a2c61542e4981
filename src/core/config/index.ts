/** Configuration: `batuta.toml`, environment and flags. Read `schema.ts` first. */
export {
  type Environment,
  readEnvironment,
  readTerminalEnvironment,
  type TerminalEnvironment,
} from "./environment.ts";
export {
  CONFIG_FILE_NAME,
  type Config,
  type ConfigCandidate,
  type ConfigEntry,
  type ConfigOrigin,
  findConfigFile,
  formatOrigin,
  type LoadConfigOptions,
  listConfigFiles,
  loadConfig,
} from "./load.ts";
export {
  CONFIG_KEYS,
  type ConfigKey,
  type ConfigValue,
  ENVIRONMENT_VARIABLES,
  environmentName,
  type PrivacyTierName,
} from "./schema.ts";
export { formatConfigValue, parseSizeBytes } from "./value.ts";
