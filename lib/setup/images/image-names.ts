/** A Docker image and the names under which labs know it. */
export interface NamedImage {
	/** The image on the host: `faultline/nginx:<hash>`. */
	ref: string;
	/** As a manifest writes them: `nginx:latest`, `registry.k8s.io/pause:3.10.2`. */
	names: readonly string[];
}

/**
 * An image name in full, as a container runtime reads it: `nginx` is `docker.io/library/nginx:latest`.
 * @returns registry, repository below it, tag
 */
export function parseImageName(name: string): { registry: string; repository: string; tag: string } {
	const slash = name.indexOf("/");
	const first = slash < 0 ? "" : name.slice(0, slash);
	const hasRegistry = /[.:]/.test(first) || first === "localhost";
	const registry = hasRegistry ? first : "docker.io";
	const rest = hasRegistry ? name.slice(slash + 1) : name;
	const colon = rest.lastIndexOf(":");
	const path = colon < 0 ? rest : rest.slice(0, colon);
	const repository = registry === "docker.io" && !path.includes("/") ? `library/${path}` : path;
	return { registry, repository, tag: colon < 0 ? "latest" : rest.slice(colon + 1) };
}

/** `docker.io/library/nginx:latest` for `nginx`. */
export function fullImageName(name: string): string {
	const { registry, repository, tag } = parseImageName(name);
	return `${registry}/${repository}:${tag}`;
}
