/** The files a new project starts with. */

/** Lines `.gitignore` needs. */
export const IGNORED = [".sovereign/"];

/** `batuta.toml` with the defaults spelled out. */
export function formatBatutaToml(name: string): string {
  return `# Read by \`sovereign\`; \`sovereign help config\` lists the keys.
version = "1.0"

[project]
name = ${JSON.stringify(name)}

[privacy]
# sovereign: this machine and allowed_endpoints; private: and private_endpoints; standard: any host
tier = "sovereign"
allowed_endpoints = []

[lake]
# Folder of the managed tables, and what the query engine may use.
root = ".sovereign/lake"
# memory_limit = "4GB"
`;
}

/** `.pmat-gates.toml`: the quality gates' thresholds, for `pmat` and the gates to come. */
export function formatGatesToml(): string {
  return `# What a change to this project must meet before it lands: thresholds of quality gates, in the form
# the tool pmat reads. sovereign writes this file and, in this version, does not read it.
[gates]
run_tests = true
test_timeout = 300
check_complexity = true
max_cyclomatic = 15
max_cognitive = 15
max_satd_comments = 0

[exclude]
patterns = ["dist/**", "node_modules/**", ".sovereign/**"]
`;
}
