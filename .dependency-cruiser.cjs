// The import rules of the rooms. Type imports count: a type that crosses a wall is a dependency as well.

const testFiles = "\\.(test|integration\\.test)\\.tsx?$|^e2e/|/test-support/";

/**
 * A room may import itself and what is named; anything else of this repository is an error.
 * @param {string} name @param {string} room path pattern @param {string[]} allowed path patterns @param {string} comment the reason
 */
function room(name, room, allowed, comment) {
	return {
		name,
		comment,
		severity: "error",
		from: { path: room, pathNot: testFiles },
		to: { path: "^(app|bin|cli|lib|scripts|server)/", pathNot: [room, ...allowed] },
	};
}

const core = "^lib/core/";
const protocol = "^lib/protocol/";
const scenarios = "^lib/scenarios/";
const provider = "^lib/providers/provider[^/]*\\.ts$";
const grading = "^lib/grading/";
const timeline = "^lib/timeline/";
const auth = "^lib/auth/";
const browserTerminal = "^lib/terminal/client/";
const ui = "^lib/ui/";

module.exports = {
	forbidden: [
		{
			name: "no-cycles",
			comment: "Files that need each other can't be understood, tested or moved alone.",
			severity: "error",
			from: {},
			to: { circular: true },
		},
		{
			name: "no-unresolved",
			comment: "An import that resolves to nothing fails only when it runs.",
			severity: "error",
			from: { pathNot: "^next-env" },
			to: { couldNotResolve: true },
		},
		{
			name: "no-barrels",
			comment: "A file that only passes on others hides who needs what and makes cycles.",
			severity: "error",
			from: {},
			to: { path: "^(app|cli|lib|server)/.*(^|/)index\\.tsx?$" },
		},
		{
			name: "no-utils",
			comment: "A file is named for what it does; `utils` ends as the place for everything.",
			severity: "error",
			from: {},
			to: { path: "^(app|cli|lib|server)/.*(utils?|helpers?)(\\.tsx?$|/)" },
		},
		{
			name: "only-run-command-starts-programs",
			comment: "Every command gets a deadline, a signal and an argument array in one place.",
			severity: "error",
			from: { path: "^(app|cli|lib|server)/", pathNot: "^lib/core/run-command\\.ts$" },
			to: { path: "node_modules/execa/" },
		},
		{
			name: "only-one-pty",
			comment: "Native code that crashes takes the process with it: one file holds it and its limits.",
			severity: "error",
			from: { path: "^(app|cli|lib|server)/", pathNot: "^lib/terminal/(pty[^/]*|node-pty\\.d)\\.ts$" },
			to: { path: "node_modules/(@lydell/)?node-pty" },
		},
		{
			name: "no-tests-in-the-product",
			comment: "What only tests need must not be shipped, nor shape the product.",
			severity: "error",
			from: { path: "^(app|bin|cli|lib|server)/", pathNot: testFiles },
			to: { path: testFiles },
		},
		room("core-alone", core, [], "Everybody stands on core, so it stands on nobody."),
		room("protocol-on-core", protocol, [core], "What engine and clients say to each other must be readable without either."),
		room("ui-on-core", ui, [core, protocol], "Building blocks of pages know no room; the protocol's types are what pages show."),
		room("scenarios-on-core", scenarios, [core, protocol], "A scenario is data: it can be read and checked without a host."),
		room(
			"providers-on-core",
			"^lib/providers/",
			[core, protocol, scenarios],
			"A provider makes labs of what it is told; it knows neither grading nor attempts.",
		),
		room("auth-on-core", auth, [core, protocol], "Who may do what is decided without knowing how it is done."),
		room("timeline-on-core", timeline, [core, protocol], "Events are recorded by others; the timeline asks nobody."),
		room(
			"grading-without-labs",
			grading,
			[core, protocol, scenarios, provider],
			"A verdict depends on probes and scenario, never on the state of an attempt.",
		),
		room(
			"terminal-without-labs",
			"^lib/terminal/(?!client/)",
			[core, protocol, auth, timeline, provider],
			"A shell outlives what happens to its lab's grading and life cycle.",
		),
		room("browser-terminal-alone", browserTerminal, [core, protocol, ui], "It runs in the browser: nothing of the engine may come along."),
		room(
			"labs-on-ports",
			"^lib/labs/",
			[core, protocol, scenarios, provider, grading, timeline],
			"The life of a lab knows the provider's interface, not one provider.",
		),
		room(
			"plans-alone",
			"^lib/labs/plan/",
			[core],
			"A plan is a pure function of what it is told: it runs in a simulation as in the engine.",
		),
		room(
			"store-on-ports",
			"^lib/store/",
			[core, protocol, "^lib/[a-z]+/.*-store\\.ts$"],
			"The database serves the ports of the rooms; it decides nothing.",
		),
		room(
			"setup-on-core",
			"^lib/setup/",
			[core, protocol],
			"A host is set up before any room can run; only the engine's client is needed to serve.",
		),
		room(
			"app-is-a-client",
			"^app/",
			[core, protocol, ui, browserTerminal, auth],
			"Pages and routes are clients of the engine: no business state in the web.",
		),
		room(
			"cli-is-a-client",
			"^cli/",
			[core, protocol, ui, auth, "^lib/setup/", scenarios],
			"The command line is a client of the engine; doctor, and list and lint of scenarios, must work without one.",
		),
	],
	options: {
		doNotFollow: { path: "node_modules" },
		exclude: { path: "^(\\.next|\\.toolchain|infra/)" },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: "tsconfig.json" },
		enhancedResolveOptions: {
			exportsFields: ["exports"],
			conditionNames: ["import", "require", "node", "default", "types"],
			extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".css"],
		},
		skipAnalysisNotInRules: true,
	},
};
