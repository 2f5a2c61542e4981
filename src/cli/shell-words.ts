/** Words as a POSIX shell reads them: for commands that messages tell people to run. */

/** The word as it is, or between quotes when a shell would take it apart. */
export function quoteShellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
