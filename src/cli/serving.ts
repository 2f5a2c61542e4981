/** What the commands that serve share: where to listen, whom to answer, how long. */
import type { CommandContext } from "./context.ts";

/** Flags of an address; the port is each command's own. */
export const LISTEN_FLAGS = {
  host: {
    type: "string",
    value: "address",
    summary: "address to listen on (default 127.0.0.1: this machine only)",
  },
  "allowed-hosts": {
    type: "string",
    value: "patterns",
    summary: "Host headers to answer, with `*`, by comma (default: local and private addresses)",
  },
} as const;

/** The items of a list with commas. */
export function splitList(text: string | undefined): string[] | undefined {
  return text?.split(",").map((item) => item.trim());
}

/** Tells people of a request that failed by no fault of its sender. */
export function reportFailures(context: CommandContext): (request: string, error: unknown) => void {
  return (request, error) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    void context.warn(`${request}: ${text}`);
  };
}

/** Says where it listens, and waits for the signal to stop. */
export async function serveUntilStopped(
  context: CommandContext,
  what: string,
  server: { readonly url: string; close(): Promise<void> },
): Promise<void> {
  const { signal } = context.io;
  context.onClose(() => server.close());
  await context.note(`serving ${what} at ${server.url}`);
  if (signal.aborted) return;
  await new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}
