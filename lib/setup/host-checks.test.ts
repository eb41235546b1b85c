import { createServer } from "node:net";
import { expect, test } from "vitest";
import { checkPort, inGib, parseMemory } from "./host-checks.ts";

test("free swap counts as memory that can be had", () => {
	const figures = parseMemory(
		"MemTotal:        8000000 kB\nMemFree:          100 kB\nMemAvailable:    1000000 kB\nSwapFree:        2000000 kB\n",
	);
	expect(figures).toEqual({ totalBytes: 8_192_000_000, availableBytes: 3_072_000_000 });
	expect(inGib(figures.availableBytes)).toBe("2.9 GiB");
});

test("a taken port is named, with the variable that changes it", async () => {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as { port: number };
	try {
		await expect(checkPort("127.0.0.1", port)).rejects.toMatchObject({
			code: "port-taken",
			mend: expect.stringContaining("FAULTLINE_PORT="),
		});
	} finally {
		await new Promise((resolve) => server.close(resolve));
	}
	await expect(checkPort("127.0.0.1", port)).resolves.toBeUndefined();
});
