/** Random sequences of statements by this lake and Spark in turn, on one table each. */
import { describeSequences } from "./describe-sequences.ts";
import { spark } from "./spark-engine.ts";

describeSequences({ name: "Spark", lane: "spark", engineOf: spark, timeout: 900_000 });
