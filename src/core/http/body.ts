/** The body of a request, bounded: by itself, and together with all that are still arriving. */
import type { IncomingMessage } from "node:http";
import { SovereignError } from "../errors.ts";

/** What the bodies that are still arriving may take together: slow clients hold theirs for long. */
const MAX_HELD_BYTES = 512 * 1024 * 1024;
let heldBytes = 0;

/** Reads the whole body. BAD_REQUEST beyond `limitBytes`, 429 when too many arrive at once. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers["content-length"]) > limitBytes) throw tooLarge(limitBytes);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    // Leaving the loop early keeps the connection, which the answer needs.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      sizeBytes += chunk.length;
      heldBytes += chunk.length;
      if (sizeBytes > limitBytes) throw tooLarge(limitBytes);
      if (heldBytes > MAX_HELD_BYTES) throw tooMany();
      chunks.push(chunk);
    }
  } finally {
    heldBytes -= sizeBytes;
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, sizeBytes);
}

function tooLarge(limitBytes: number): SovereignError {
  return new SovereignError("BAD_REQUEST", `The request body exceeds ${limitBytes} bytes.`, {
    hint: "send less at a time",
  });
}

function tooMany(): SovereignError {
  return new SovereignError("RESOURCE_EXHAUSTED", "Too many large requests at once.", {
    hint: "try again",
  });
}
