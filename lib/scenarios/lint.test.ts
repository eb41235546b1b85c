// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of scenarios look like that
import { expect, test } from "vitest";
import { loadCatalogue } from "./catalogue.ts";
import { copyOf } from "./test-support/copies.ts";

const slug = "broken-selector";

async function problemsOf(directory: string) {
	const [result] = await (await loadCatalogue(directory)).lint([slug]);
	return result?.problems ?? [];
}

test("reports problems of every kind at once, by file and line", async () => {
	using copy = copyOf(slug);
	copy.replace("scenario.yaml", "level: 1", "levle: 1");
	copy.replace("ticket.md", "all our pods", "${bakend} pods");
	copy.write("fixes/01-mend-the-selector.sh", "if true; then\n");
	copy.replace("wrong/03-select-too-much.sh", "# reason: of Deployment\n", "");
	copy.remove("debrief.md");
	const problems = await problemsOf(copy.directory);
	const at = (file: string) => problems.filter((problem) => problem.file === `scenarios/${slug}/${file}`);
	expect(at("scenario.yaml")).toContainEqual({
		file: `scenarios/${slug}/scenario.yaml`,
		line: copy.lineOf("scenario.yaml", "levle"),
		message: 'unknown key "levle"',
		mend: 'Did you mean "level"?',
	});
	expect(at("ticket.md")).toMatchObject([{ line: copy.lineOf("ticket.md", "bakend"), mend: 'Did you mean "backend"?' }]);
	expect(at("fixes/01-mend-the-selector.sh")[0]?.message).toContain("bash cannot parse it");
	expect(at("wrong/03-select-too-much.sh")[0]?.message).toContain("# reason:");
	expect(at("debrief.md")[0]?.message).toBe("missing file debrief.md");
});

test("an unknown key deep inside is found on its own line", async () => {
	using copy = copyOf(slug);
	copy.replace("scenario.yaml", "      url: http://${backend}/", "      url: http://${backend}/\n      sampels: 8");
	const problems = await problemsOf(copy.directory);
	expect(problems).toEqual([
		{
			file: `scenarios/${slug}/scenario.yaml`,
			line: copy.lineOf("scenario.yaml", "sampels"),
			message: 'unknown key "sampels" in objectives.1.check',
			mend: 'Did you mean "samples"?',
		},
	]);
});

test("names that the baseline does not have", async () => {
	using copy = copyOf(slug);
	copy.replace("scenario.yaml", "service: ${backend}", "service: ${backend}s");
	const problems = await problemsOf(copy.directory);
	expect(problems[0]).toMatchObject({
		line: copy.lineOf("scenario.yaml", "service: ${backend}s"),
		message: "the baseline has no service/catalogs in namespace shop",
		mend: 'Did you mean "service/catalog"?',
	});
});

test("points, ids, and what is broken", async () => {
	using copy = copyOf(slug);
	copy.replace("scenario.yaml", "points: 40", "points: 35");
	copy.replace("scenario.yaml", "id: services-kept", "id: application-kept");
	copy.replace("scenario.yaml", "breaks: [list-is-shown,", "breaks: [list-is-shwn,");
	const messages = (await problemsOf(copy.directory)).map(({ message }) => message);
	expect(messages).toEqual(
		expect.arrayContaining([
			"the points add up to 95, not to 100",
			'the id "application-kept" is used twice',
			'no objective "list-is-shwn"',
			'"list-is-shown" is not broken by the fault, so it earns 0 points',
		]),
	);
});

test("a wrong fix must name a check that exists, and there must be two", async () => {
	using copy = copyOf(slug);
	copy.replace("wrong/01-label-pods-by-hand.sh", "every-replica-serves", "every-replica-servs");
	for (const name of ["02-label-the-template", "03-recreate-the-deployment", "04-recreate-the-service"]) copy.remove(`fixes/${name}.sh`);
	const problems = await problemsOf(copy.directory);
	expect(problems).toEqual([
		{ file: `scenarios/${slug}/fixes`, line: null, message: "1 accepted fixes, at least two are needed" },
		{
			file: `scenarios/${slug}/wrong/01-label-pods-by-hand.sh`,
			line: 2,
			message: 'no objective or guard "every-replica-servs"',
			mend: 'Did you mean "every-replica-serves"?',
		},
	]);
});

test("a ticket that gives the fault away", async () => {
	using copy = copyOf("broken-selector");
	copy.replace("ticket.md", "Thanks!", "Could it be the selector? Something says ${wrongKey} ${wrongValue}.");
	const messages = (await problemsOf(copy.directory)).map(({ message }) => message);
	expect(messages).toContain('the ticket names a cause ("selector"): it may tell symptoms only');
	expect(messages).toContain('the ticket gives the fault away: "listings-api" is written by the fault alone');
});

test("a placeholder without a value in one variant, and one that nobody uses", async () => {
	using copy = copyOf(slug);
	copy.replace("scenario.yaml", "    reporter: Jonas\n", "    reprter: Jonas\n");
	const messages = (await problemsOf(copy.directory)).map(({ message }) => message);
	expect(messages).toEqual(expect.arrayContaining(['seed 2 gives no value for "reporter"', 'seed 1 gives no value for "reprter"']));
});

test("YAML that does not parse is a problem like others", async () => {
	using copy = copyOf(slug);
	copy.replace("scenario.yaml", "level: 1", "level: [1");
	copy.replace("baseline/40-reviews.yaml", "replicas: 1", "replicas: 1\n  replicas: 2");
	const problems = await problemsOf(copy.directory);
	expect(problems.map(({ file }) => file)).toEqual(
		expect.arrayContaining([`scenarios/${slug}/scenario.yaml`, `scenarios/${slug}/baseline/40-reviews.yaml`]),
	);
});
