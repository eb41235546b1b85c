import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { scenarioJsonSchema } from "./json-schema.ts";

// node lib/scenarios/write-json-schema.ts: after a change of the schema. A test compares.
const file = join(import.meta.dirname, "..", "..", "docs", "scenario.schema.json");
writeFileSync(file, `${JSON.stringify(scenarioJsonSchema(), null, "\t")}\n`);
