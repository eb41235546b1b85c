import { expect, test } from "vitest";
import { requestPathShape, stations } from "./request-path-geometry.ts";

const metrics = { step: 100, radius: 15, drop: 8, margin: 18 };

test("a whole path runs at one height from the first station to the last", () => {
	const shape = requestPathShape(null, metrics);
	expect(shape.faults).toEqual([]);
	expect(shape.runs).toHaveLength(stations.length - 1);
	expect(new Set(shape.points.map((point) => point.y)).size).toBe(1);
});

test("the layer at fault has slipped, with a fault on each side of it", () => {
	const shape = requestPathShape("endpoints", metrics);
	expect(shape.points.filter((point) => point.broken).map((point) => point.station)).toEqual(["endpoints"]);
	expect(shape.points[2]?.y).toBe(26);
	expect(shape.faults).toHaveLength(2);
});

test("a station at the end has one fault, and the node none: it is the ground", () => {
	expect(requestPathShape("pod", metrics).faults).toHaveLength(1);
	expect(requestPathShape("node", metrics).faults).toHaveLength(0);
});
