/** Preloaded into a command that is to die by SIGKILL at its `DIE_AT_CALL`-th change of a file. */
import { dieAtCall } from "../lake/exec/kill-points.ts";

const { DIE_AT_CALL } = process.env;
if (DIE_AT_CALL !== undefined) await dieAtCall(Number(DIE_AT_CALL));
