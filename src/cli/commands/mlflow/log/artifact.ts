/** `sovereign mlflow log artifact`: the same as `artifacts put`, under the name MLflow gives it. */
import { defineCommand } from "../../../command.ts";
import { PUT_ARTIFACT, putArtifact } from "../../../mlflow/put-artifact.ts";

export const command = defineCommand({
  ...PUT_ARTIFACT,
  examples: [
    { comment: "A file", run: "sovereign mlflow log artifact baseline customers.csv" },
    {
      comment: "Below a folder",
      run: "sovereign mlflow log artifact baseline customers.csv --to data",
    },
  ],
  run: putArtifact,
});
