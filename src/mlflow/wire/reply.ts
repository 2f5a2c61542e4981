/** Answers on the wire: JSON, plain text, Flask's HTML pages, and errors in MLflow's shape. */
import type { ServerResponse } from "node:http";
import { SovereignError } from "../../core/errors.ts";
import { isConstraintViolation, isTooMuch } from "../../core/store/index.ts";
import { MlflowError } from "./error.ts";
import { printAnswer } from "./print-json.ts";
import { printAscii } from "./python-json.ts";

/** Ends the response with a JSON body. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, printAnswer(value), "application/json");
}

/** Ends the response with a text, which may be UTF-8 already; text types get their charset. */
export function sendText(
  response: ServerResponse,
  status: number,
  text: string | Uint8Array,
  contentType = "text/plain",
): void {
  const body = typeof text === "string" ? Buffer.from(text) : text;
  const charset = contentType.startsWith("text/") ? "; charset=utf-8" : "";
  response.writeHead(status, {
    "content-type": contentType + charset,
    "content-length": body.length,
  });
  response.end(body);
}

/** Flask's page for a status of the routing itself. */
export function sendPage(response: ServerResponse, status: number, title: string, text: string) {
  const head = `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n`;
  sendText(response, status, `${head}<h1>${title}</h1>\n<p>${text}</p>\n`, "text/html");
}

/** Sends the client to another path of this server, with the same method and body. */
export function sendRedirect(response: ServerResponse, location: string): void {
  response.writeHead(308, { location, "content-length": 0 });
  response.end();
}

/** Ends the response with what `error` says to a client; the status of what is no error is 500. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const [status, errorCode, message] = describeError(error);
  // Spaces and escapes as Python's json.dumps has them: recorded answers are compared as text.
  const text = `{"error_code": "${errorCode}", "message": ${printAscii(message)}}`;
  sendText(response, status, text, "application/json");
}

/** Status, code and message of a refusal: never a path, nor words of the database. */
export function describeError(error: unknown): [number, string, string] {
  if (error instanceof MlflowError) return [error.httpStatus, error.errorCode, error.message];
  // A request whose parts contradict what is stored, such as the id of a run that is not there.
  if (isConstraintViolation(error)) {
    return [400, "BAD_REQUEST", "The request contradicts what is stored."];
  }
  if (isTooMuch(error)) {
    const text = "The request names more than the database can take at once.";
    return [400, "INVALID_PARAMETER_VALUE", text];
  }
  if (!(error instanceof SovereignError) || error.code === "DATA_LOSS") {
    return [500, "INTERNAL_ERROR", "The server failed to answer; its log has the reason."];
  }
  if (error.cause === undefined) return [error.httpStatus, error.code, error.message];
  // With a cause it is a file's, and the message names it. A full disk is for people to mend:
  // MLflow's clients would try again for minutes after any other 5xx.
  if (error.code === "RESOURCE_EXHAUSTED") return [507, error.code, "The server's disk is full."];
  const isBusy = error.code === "TEMPORARILY_UNAVAILABLE";
  return [503, "TEMPORARILY_UNAVAILABLE", isBusy ? LOCKED : FILE_FAILURE];
}

const LOCKED = "Another process is writing to the server's database; try again.";
const FILE_FAILURE = "The server cannot read or write its files; its log has the reason.";
