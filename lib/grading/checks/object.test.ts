import { expect, test } from "vitest";
import { objectCheck as schema } from "../../scenarios/check-schema.ts";
import { checkContext, play, shopView } from "../test-support/shop-view.ts";
import { objectCheck } from "./object.ts";

const judge = (rule: object, change?: Parameters<typeof shopView>[0]) => {
	const check = schema.parse({ type: "object", target: "service/catalog", because: "no traffic can tell", ...rule });
	return play(objectCheck(check, checkContext(shopView(change))), () => ({})).judgement;
};

test("a field is compared with what is asked of it", () => {
	expect(judge({ path: "spec.ports.0.port", equals: 80 })).toMatchObject({
		verdict: "pass",
		evidence: [{ expected: "80", observed: "80" }],
	});
	expect(judge({ path: "spec.ports.0.port", equals: 81 })).toMatchObject({
		verdict: "fail",
		message: "service/catalog: spec.ports.0.port is 80 instead of 81.",
	});
	expect(judge({ path: "spec.ports.0.port", atLeast: 100 }).verdict).toBe("fail");
	expect(judge({ path: "spec.externalName", absent: true }).verdict).toBe("pass");
	expect(judge({ path: "spec.clusterIP", absent: true }).verdict).toBe("fail");
});

test("a key may hold dots", () => {
	const change = (shop: Parameters<NonNullable<Parameters<typeof shopView>[0]>>[0]) => {
		const metadata = shop.services[0]?.metadata;
		if (metadata) metadata.labels = { "example.org/team": "shop" };
	};
	expect(judge({ path: "metadata.labels.example\\.org/team", equals: "shop" }, change).verdict).toBe("pass");
});

test("an object that is gone fails, in another namespace it is another one", () => {
	expect(judge({ target: "service/catalogue", path: "spec" })).toMatchObject({ verdict: "fail", message: "service/catalogue is gone." });
	expect(judge({ namespace: "other", path: "spec.ports.0.port", equals: 80 }).verdict).toBe("fail");
});

test("what has no namespace is found without one", () => {
	const change = (shop: Parameters<NonNullable<Parameters<typeof shopView>[0]>>[0]) =>
		void shop.namespaces.push({ metadata: { name: "shop", labels: { team: "shop" } } });
	expect(judge({ target: "namespace/shop", path: "metadata.labels.team", equals: "shop" }, change).verdict).toBe("pass");
});
