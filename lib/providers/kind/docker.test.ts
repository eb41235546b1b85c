import { expect, test } from "vitest";
import { parseRows } from "./docker.ts";

test("reads docker ps and docker network ls", () => {
	const ps = '{"ID":"abc","Image":"faultline/x:1","Labels":"a=b","Names":"fl-a-b-mirror","State":"paused"}\n';
	const networks = '{"ID":"def","Name":"fl-a-b-network","Driver":"bridge","Labels":""}\n';
	expect(parseRows(ps)).toEqual([{ id: "abc", name: "fl-a-b-mirror", state: "paused", image: "faultline/x:1" }]);
	expect(parseRows(networks)).toEqual([{ id: "def", name: "fl-a-b-network", state: "", image: "" }]);
	expect(parseRows("")).toEqual([]);
});
