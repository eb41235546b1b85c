import { expect, test } from "@playwright/test";
import { ownerSession } from "../playwright.config.ts";

test("the owner's address opens the catalogue", async ({ page, context }) => {
	await page.goto(process.env.FAULTLINE_OWNER_ADDRESS as string);
	await expect(page).not.toHaveURL(/token=/);
	await context.storageState({ path: ownerSession });
});
