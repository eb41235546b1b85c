import { defineConfig } from "vitest/config";

const everywhere = ["node_modules/**", ".next*/**", ".toolchain/**", "e2e/**"];

export default defineConfig({
	test: {
		projects: [
			{
				test: {
					name: "unit",
					include: ["**/*.test.ts", "**/*.test.tsx"],
					exclude: [...everywhere, "**/*.integration.test.ts"],
					// Types and lint run beside them on few cores: a limit against hanging, not a measure.
					testTimeout: 30_000,
				},
			},
			{
				test: {
					name: "integration",
					include: ["**/*.integration.test.ts"],
					exclude: everywhere,
					// Real clusters share the host's memory and cores: one file after the other.
					fileParallelism: false,
					testTimeout: 300_000,
					hookTimeout: 600_000,
				},
			},
		],
	},
});
