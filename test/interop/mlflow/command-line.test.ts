/**
 * The client commands against MLflow's own server print what they print on the project's store,
 * artifacts byte for byte.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { type RunCommand, runInProcess, runScript } from "../../acceptance/run-case.ts";
import { findMlflowPython } from "./python.ts";

const python = findMlflowPython("3.11.1");

const SCRIPT = `sovereign init -qq
sovereign mlflow experiments create churn --tag team=data
sovereign mlflow experiments show churn --json experiment_id,name,lifecycle_stage,tags
sovereign mlflow runs create churn --name baseline -q
sovereign mlflow runs create churn --name tuned --parent baseline -q
sovereign mlflow log param baseline lr=0.1 depth=6
sovereign mlflow log metric tuned loss=NaN --step 3 --timestamp 1700000000000
sovereign mlflow log batch baseline -q <<END
step,timestamp,loss,accuracy
0,1700000000000,0.9,0.1
5,1700000001000,0.5,0.6
10,1700000002000,0.3,0.8
END
sovereign mlflow log tag baseline reviewed=no
sovereign mlflow log tag baseline --remove reviewed
write plots/loss.svg <<END
<svg/>
END
write plots/empty.txt <<END
END
sovereign mlflow log artifact baseline plots --to plots -q
sovereign mlflow artifacts list baseline -r -o csv
sovereign mlflow artifacts get baseline plots --to fetched
cat fetched/plots/loss.svg
write model/MLmodel <<END
flavors:
  python_function: {loader_module: none}
END
sovereign mlflow log model model --run baseline --json name,status
sovereign mlflow runs end baseline --json run_name,status
sovereign mlflow runs show baseline --json run_name,status,metrics,params,model_ids,artifacts
sovereign mlflow runs compare baseline tuned --metric loss -o csv
sovereign mlflow runs watch baseline -o csv --json key,step,value
sovereign mlflow runs search --filter "metrics.loss < 0.4" -o csv --json run_name,metrics.loss,params.lr
sovereign mlflow runs delete tuned --yes
sovereign mlflow runs list --view deleted --json run_name
sovereign mlflow runs restore tuned
sovereign mlflow experiments delete churn --yes
sovereign mlflow experiments restore churn
sovereign mlflow runs show nothing
sovereign mlflow artifacts get baseline missing.txt
sovereign mlflow log param baseline lr=0.2
sovereign mlflow runs search --filter "metrics.loss >"
`;

test.skipIf(python === null)(
  "commands print the same on MLflow's own server",
  { timeout: 300_000 },
  async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "sovereign-mlflow-commands-")));
    const port = 5960 + (process.pid % 30);
    const uri = `http://127.0.0.1:${port}`;
    for (const name of ["theirs", "here", "there"]) mkdirSync(join(folder, name));
    const real = spawn(
      python ?? "",
      [
        ...["-m", "mlflow", "server", "--workers", "1", "--port", String(port)],
        ...["--backend-store-uri", `sqlite:///${folder}/theirs/m.db`],
        ...["--artifacts-destination", `${folder}/theirs/artifacts`],
      ],
      {
        cwd: folder,
        detached: true,
        stdio: "ignore",
        env: {
          ...process.env,
          MLFLOW_DISABLE_TELEMETRY: "true",
          MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
        },
      },
    );
    try {
      const isUp = () =>
        fetch(`${uri}/health`).then(
          ({ ok }) => ok,
          () => false,
        );
      while (!(await isUp()) && real.exitCode === null) await delay(200);
      const onServer: RunCommand = (run) =>
        runInProcess({ ...run, env: { ...run.env, MLFLOW_TRACKING_URI: uri } });
      const theirs = await runScript(SCRIPT, join(folder, "there"), onServer);
      const ours = await runScript(SCRIPT, join(folder, "here"), runInProcess);
      expect(theirs).toContain("loss.svg,false,7");
      expect(theirs.replaceAll("/there", "/here")).toBe(ours);
    } finally {
      if (real.pid !== undefined) process.kill(-real.pid, "SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
