/** An input as text in whole lines, for what learns line by line. */
import type { ProgressTask } from "../../core/progress.ts";
import type { TextInput } from "./inputs.ts";

export interface FeedOptions {
  readonly task: ProgressTask;
  readonly signal: AbortSignal;
  feed(text: string): void;
}

/** Feeds lines with their line feeds, many at a time. */
export async function feedLines(input: TextInput, options: FeedOptions): Promise<void> {
  const { task, signal } = options;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let held = "";
  for await (const part of input.read()) {
    signal.throwIfAborted();
    task.advance(part.length);
    held += decoder.decode(part, { stream: true });
    const end = held.lastIndexOf("\n") + 1;
    if (end === 0) continue;
    options.feed(held.slice(0, end));
    held = held.slice(end);
  }
  held += decoder.decode();
  if (held !== "") options.feed(held);
}
