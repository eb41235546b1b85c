import { AppError } from "../../core/errors.ts";
import type { LabEnvironment } from "../../providers/provider.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";

const commandMs = 60_000;
/** Longer than any lab is kept. */
const validDays = 30;

type Certificate = ScenarioInstance["certificates"][number];

/** Makes the TLS Secrets of a scenario, each with a key of its own; one that is there stays. */
export async function ensureCertificates(environment: LabEnvironment, scenario: ScenarioInstance, signal: AbortSignal): Promise<void> {
	await Promise.all(
		scenario.certificates.map(async (certificate) => {
			const namespace = certificate.namespace ?? scenario.namespace;
			const options = { timeoutMs: commandMs, signal };
			const found = await environment.kubectl(["get", "secret", certificate.secret, "-n", namespace], options);
			if (found.exitCode === 0) return;
			const made = await environment.exec(openssl(certificate), options);
			if (made.exitCode !== 0) throw notMade(certificate, made.stderr);
			const manifest = JSON.stringify(tlsSecret(certificate.secret, made.stdout));
			const created = await environment.kubectl(["create", "-n", namespace, "-f", "-"], { ...options, stdin: manifest });
			if (created.exitCode !== 0) throw notMade(certificate, created.stderr);
		}),
	);
}

/** Prints a key and a self-signed certificate; neither is written to the workstation's disk. */
export function openssl({ dnsNames }: Pick<Certificate, "dnsNames">): string[] {
	return [
		...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", String(validDays)],
		...["-subj", `/CN=${dnsNames[0]}`, "-addext", `subjectAltName=${dnsNames.map((name) => `DNS:${name}`).join(",")}`],
		...["-keyout", "-", "-out", "-"],
	];
}

/**
 * @param pem a private key and a certificate, in any order
 * @throws AppError `certificate-not-made` where either is missing
 */
export function tlsSecret(name: string, pem: string) {
	const block = (kind: string) => new RegExp(`-----BEGIN ${kind}-----[\\s\\S]+?-----END ${kind}-----\n?`).exec(pem)?.[0];
	const [key, certificate] = [block("PRIVATE KEY"), block("CERTIFICATE")];
	if (!key || !certificate) throw new AppError("certificate-not-made", `openssl printed no key and certificate for ${name}.`);
	const base64 = (text: string) => Buffer.from(text).toString("base64");
	return {
		apiVersion: "v1",
		kind: "Secret",
		type: "kubernetes.io/tls",
		metadata: { name },
		data: { "tls.crt": base64(certificate), "tls.key": base64(key) },
	};
}

function notMade({ secret }: Certificate, said: string): AppError {
	return new AppError("certificate-not-made", `The certificate of Secret ${secret} could not be made: ${said.trim()}`, {
		retryable: true,
		mend: "Reset the lab.",
	});
}
