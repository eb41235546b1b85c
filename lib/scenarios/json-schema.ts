import { z } from "zod";
import { scenarioSpec } from "./schema.ts";

/** JSON Schema of `scenario.yaml` for editors; a placeholder may stand for any number. */
export function scenarioJsonSchema(): Record<string, unknown> {
	const schema = z.toJSONSchema(scenarioSpec, {
		io: "input",
		override: ({ jsonSchema }) => {
			if (jsonSchema.type !== "integer" && jsonSchema.type !== "number") return;
			const { type, minimum, maximum, exclusiveMinimum, ...rest } = jsonSchema;
			const number = { type, ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) };
			for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
			Object.assign(jsonSchema, rest, {
				anyOf: [{ ...number, ...(exclusiveMinimum === undefined ? {} : { exclusiveMinimum }) }, placeholder],
			});
		},
	});
	return { $id: "https://faultline.dev/scenario.schema.json", title: "Faultline scenario", ...schema };
}

const placeholder = { type: "string" as const, pattern: "^\\$\\{[A-Za-z][A-Za-z0-9]*\\}$" };
