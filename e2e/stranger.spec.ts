import { expect, test } from "@playwright/test";

test.use({ storageState: { cookies: [], origins: [] } });

test("without the owner's cookie there is no page but the one that says how to come in", async ({ page }) => {
	await page.goto("/");
	await expect(page.getByText("npm start")).toBeVisible();
	await expect(page.getByRole("button", { name: /^Start / })).toHaveCount(0);
});

test("an owner's address works once", async ({ page }) => {
	await page.goto(process.env.FAULTLINE_OWNER_ADDRESS as string);
	await page.goto("/");
	await expect(page.getByRole("button", { name: /^Start / })).toHaveCount(0);
});

test("writes from another origin, and hosts that are not ours, are refused", async ({ request, baseURL }) => {
	const foreign = await request.post("/api/labs", { data: { scenario: "broken-selector" }, headers: { origin: "https://evil.example" } });
	expect(foreign.status()).toBe(403);
	const rebound = await request.get("/api/labs", { headers: { host: `evil.example:${new URL(baseURL as string).port}` } });
	expect([400, 421]).toContain(rebound.status());
	const stranger = await request.get("/api/labs");
	expect(stranger.status()).toBe(401);
});
