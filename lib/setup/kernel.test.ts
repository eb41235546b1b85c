import { expect, test } from "vitest";
import { missingFeatures } from "./kernel.ts";

test("built in and as a module both count; off and unmentioned do not", () => {
	const wanted = ["VETH", "VXLAN", "BRIDGE", "NF_NAT"].map((option) => ({ option, for: "a test" }));
	const config = "CONFIG_VETH=y\nCONFIG_VXLAN=m\n# CONFIG_BRIDGE is not set\nCONFIG_NF_NAT_EXTRA=y\n";
	expect(missingFeatures(config, wanted).map((feature) => feature.option)).toEqual(["BRIDGE", "NF_NAT"]);
});
