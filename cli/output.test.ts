import { expect, test } from "vitest";
import { createOutput, duration, table } from "./output.ts";

function capture(options: { json: boolean; colour?: boolean }) {
	const said = { out: "", err: "" };
	const into = (key: "out" | "err") => ({
		write(text: string) {
			said[key] += text;
		},
	});
	const [stdout, stderr] = [into("out"), into("err")];
	return { said, output: createOutput({ ...options, stdout, stderr }) };
}

test("a result is one line of JSON, or words", () => {
	const json = capture({ json: true });
	json.output.result({ a: 1 }, () => "words");
	expect(json.said.out).toBe('{"a":1}\n');
	const words = capture({ json: false });
	words.output.result({ a: 1 }, () => "words");
	expect(words.said.out).toBe("words\n");
});

test("an error is on standard error in words, and as JSON on standard output too", () => {
	const { said, output } = capture({ json: true });
	output.error({ code: "x", message: "It broke.", mend: "npm start" });
	expect(JSON.parse(said.out)).toEqual({ error: { code: "x", message: "It broke.", mend: "npm start" } });
	expect(said.err).toBe("It broke.\n  → npm start\n");
});

test("columns line up whatever their colours", () => {
	const { output } = capture({ json: false, colour: true });
	const lines = table([
		[output.paint("ok", "good"), "a"],
		["broken", "b"],
	]).split("\n");
	expect(lines).toEqual(["\u001b[32mok\u001b[39m      a", "broken  b"]);
});

test("no colour where nobody sees it", () => {
	expect(capture({ json: false }).output.paint("ok", "good")).toBe("ok");
});

test("durations as people say them", () => {
	expect(duration(1.24)).toBe("1.2 s");
	expect(duration(200)).toBe("3 min 20 s");
});
