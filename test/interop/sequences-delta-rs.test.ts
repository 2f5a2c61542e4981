/** Random sequences of statements by this lake and delta-rs in turn, on one table each. */
import { deltaRs } from "./delta-rs-engine.ts";
import { describeSequences } from "./describe-sequences.ts";

describeSequences({ name: "delta-rs", lane: "python", engineOf: deltaRs, timeout: 300_000 });
