/** @type {import("next").NextConfig} */
const config = {
	// Tests build and serve beside a running instance.
	distDir: process.env.FAULTLINE_NEXT_DIR ?? ".next",
	poweredByHeader: false,
	reactStrictMode: true,
	// Compression would hold events back until there is enough of them; over loopback it gains nothing.
	compress: false,
	// `npm run check` looks for errors, once. A configuration that extends another is one that Next does not rewrite.
	typescript: { ignoreBuildErrors: true, tsconfigPath: "tsconfig.next.json" },
	serverExternalPackages: ["pino"],
	turbopack: { root: import.meta.dirname },
};

export default config;
