import { readFile } from "node:fs/promises";
import { type HostManifest, hostManifest, readHostManifest } from "../../../core/host.ts";

/**
 * What set-up has left on this host; FAULTLINE_TEST_HOST names the file where it is not in FAULTLINE_DATA.
 * @throws where there is none: integration tests fail on a host that is not set up
 */
export async function testHost(): Promise<HostManifest> {
	const file = process.env.FAULTLINE_TEST_HOST;
	return file ? hostManifest.parse(JSON.parse(await readFile(file, "utf8"))) : readHostManifest(process.env.FAULTLINE_DATA ?? ".faultline");
}
