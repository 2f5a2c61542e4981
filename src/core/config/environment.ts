/** The only door to the process environment. Everything else is handed an `Environment`. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables this process was started with. */
export function readEnvironment(): Environment {
  return process.env;
}

/** What the environment says about the terminal; flags and TTY checks are the caller's. */
export interface TerminalEnvironment {
  noColor: boolean;
  forceColor: boolean;
  isDumb: boolean;
  isCi: boolean;
  noProgress: boolean;
  /** False when the locale is not UTF-8: symbols need their ASCII forms. */
  isUnicode: boolean;
  pager: string | null;
  editor: string | null;
}

/** Reads NO_COLOR, FORCE_COLOR, TERM, CI, SOVEREIGN_NO_PROGRESS, the locale, PAGER and EDITOR. */
export function readTerminalEnvironment(env: Environment): TerminalEnvironment {
  const isSet = (name: string): boolean => (env[name] ?? "") !== "";
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return {
    noColor: isSet("NO_COLOR"),
    forceColor: isSet("FORCE_COLOR") && env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false",
    isDumb: env.TERM === "dumb",
    isCi: isSet("CI") && env.CI !== "false" && env.CI !== "0",
    noProgress: isSet("SOVEREIGN_NO_PROGRESS"),
    isUnicode: locale === "" || /utf-?8/i.test(locale),
    pager: env.PAGER || null,
    editor: env.VISUAL || env.EDITOR || null,
  };
}
