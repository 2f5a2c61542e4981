/**
 * Names of the temporary files every atomic write goes through: `.<name>.<uuid>.tmp` beside the
 * target, as Spark's local log store names them. The leading dot hides them from data listings and
 * no reader of a Delta log takes them for a commit, checkpoint or checksum.
 */
import { basename, dirname, join } from "node:path";
import { newUuid } from "../ids.ts";

const TEMP_NAME = /^\..+\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** A fresh temporary path in the folder of `path`, so that rename and link stay on one volume. */
export function tempPathFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.${newUuid()}.tmp`);
}

/** Whether a file name is one `tempPathFor` makes. */
export function isTempName(name: string): boolean {
  return TEMP_NAME.test(name);
}
