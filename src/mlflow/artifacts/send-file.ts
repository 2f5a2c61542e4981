/** Sends an artifact's bytes, always as an attachment: it must not run as a page of this server. */
import type { ServerResponse } from "node:http";
import { posix } from "node:path";
import { pipeline } from "node:stream/promises";
import { lookup } from "mrmime";
import { openArtifact } from "./folder.ts";
import type { ArtifactPlace } from "./locate.ts";

/** Sent as plain text, so that the UI shows them (mlflow/utils/mime_type_utils.py). */
const TEXT_EXTENSIONS = new Set(
  (
    "cf cfg cnf conf csv err hocon ini js json log md mlmodel mlproject prop properties py py3 rst " +
    "toml tsv txt xml yaml yml"
  ).split(" "),
);

/** Streams the file at `place`; ends early, without an error, when the client goes away. */
export async function sendArtifact(response: ServerResponse, place: ArtifactPlace): Promise<void> {
  const { sizeBytes, stream } = await openArtifact(place.root, place.path);
  const name = posix.basename(place.path);
  response.writeHead(200, {
    // Without a charset: the bytes are the user's.
    "content-type": mimeTypeOf(name),
    "content-length": sizeBytes,
    "content-disposition": dispositionOf(name),
    "x-content-type-options": "nosniff",
  });
  if (response.req.method === "HEAD") {
    stream.destroy();
    response.end();
    return;
  }
  await pipeline(stream, response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  });
}

/** The MIME type of a file by its name. */
export function mimeTypeOf(name: string): string {
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  if (TEXT_EXTENSIONS.has(extension)) return "text/plain";
  return lookup(name) ?? "application/octet-stream";
}

/** RFC 6266: a plain name as it is, any other also percent-encoded in UTF-8. */
function dispositionOf(name: string): string {
  if (/^[\w.+-]+$/.test(name)) return `attachment; filename=${name}`;
  const ascii = name.replace(/[^\x20-\x7e]|["\\]/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
