#!/usr/bin/env node
// Nothing is imported before the version check, so that an old Node says what is wrong.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `error: Node ${process.versions.node} is too old for sovereign\n\nhint: install Node 20.19 or newer\n`,
  );
  process.exitCode = 4;
} else {
  const { default: nodeModule } = await import("node:module");
  nodeModule.enableCompileCache?.();
  try {
    const { runProcess } = await import("../dist/cli/main.js");
    process.exitCode = await runProcess();
  } catch (error) {
    if (error?.code !== "ERR_MODULE_NOT_FOUND" || !String(error.message).includes("dist"))
      throw error;
    process.stderr.write(
      "error: sovereign is not built\n\nhint: run `npm run build` in its folder\n",
    );
    process.exitCode = 4;
  }
}
