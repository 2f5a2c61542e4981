/** Paths for engine functions that read their arguments as glob patterns. */

/** A path as a pattern that matches only itself. */
export function escapeGlobPath(path: string): string {
  return path.replace(/[[*?]/g, (character) => `[${character}]`);
}
