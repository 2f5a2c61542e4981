/** Files outside Delta tables as relations: `read_files`, COPY INTO, ``csv.`path` ``. */
export { filterByPattern, listFiles, type SourceFile } from "./list-files.ts";
export { openFiles, type SourceRequest } from "./open-files.ts";
export { readSourceOptions, type SourceOptions } from "./source-options.ts";
