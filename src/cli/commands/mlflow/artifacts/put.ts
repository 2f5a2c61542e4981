/** `sovereign mlflow artifacts put`: a file or folder kept with a run. */
import { defineCommand } from "../../../command.ts";
import { PUT_ARTIFACT, putArtifact } from "../../../mlflow/put-artifact.ts";

export const command = defineCommand({
  ...PUT_ARTIFACT,
  examples: [
    { comment: "A file", run: "sovereign mlflow artifacts put baseline customers.csv" },
    {
      comment: "All in a folder, below `plots`",
      run: "sovereign mlflow artifacts put baseline plots --to plots",
    },
  ],
  run: putArtifact,
});
