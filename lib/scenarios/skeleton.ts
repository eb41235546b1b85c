import { access, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../core/errors.ts";

/**
 * Makes a folder for a new scenario: small, whole, and free of problems, to be changed piece by piece.
 * @returns its path
 * @throws AppError `bad-slug`, `scenario-exists`
 */
export async function createScenario(directory: string, slug: string): Promise<string> {
	if (!/^[a-z][a-z0-9-]{1,40}$/.test(slug)) {
		throw new AppError("bad-slug", `"${slug}" can't name a scenario.`, {
			kind: "invalid",
			mend: "Use lower case letters, digits and hyphens.",
		});
	}
	const path = join(directory, slug);
	const exists = await access(path).then(
		() => true,
		() => false,
	);
	if (exists) throw new AppError("scenario-exists", `${path} exists already.`, { kind: "conflict" });
	for (const [name, text] of Object.entries(skeleton)) {
		await mkdir(dirname(join(path, name)), { recursive: true });
		await writeFile(join(path, name), text.trimStart());
	}
	return path;
}

const workload = (name: string, env: string) => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 1
  selector:
    matchLabels: { app: "${name}" }
  template:
    metadata:
      labels: { app: "${name}" }
    spec:
      terminationGracePeriodSeconds: 10
      containers:
        - name: ${name}
          image: faultline.dev/shop:1
          env:
            - { name: NAME, value: "${name}" }${env}
          ports:
            - { name: http, containerPort: 8080 }
          readinessProbe:
            httpGet: { path: /readyz, port: http }
            periodSeconds: 2
          resources:
            requests: { cpu: 10m, memory: 16Mi }
            limits: { memory: 64Mi }
`;
const service = (name: string, more: string) => `---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:${more}
  selector: { app: "${name}" }
  ports:
`;
// A placeholder of the scenario, not of this file.
const p = (name: string) => `\${${name}}`;

const skeleton: Record<string, string> = {
	"scenario.yaml": `
apiVersion: faultline/v1
kind: Scenario
title: A title that does not name the fault
symptom: One line, what the user sees.
layer: service
level: 1
minutes: 15
tags: [service]
skills: [What somebody can do afterwards]
namespace: ${p("namespace")}
access:
  namespaces: ["${p("namespace")}"]

objectives:
  - id: users-are-served
    title: Users are served
    points: 60
    check:
      type: app
      from: workstation
      url: http://{node}:${p("nodePort")}/via/${p("backend")}
      backend: { deployment: "${p("backend")}" }
  - id: reachable-by-name
    title: Clients reach ${p("backend")} by its name
    points: 40
    check:
      type: http
      from: { deployment: web }
      url: http://${p("backend")}/
      backends: [{ deployment: "${p("backend")}" }]

guards:
  - id: no-hard-coded-address
    title: No address stands where a name belongs
    rule: { type: no-addresses }
  - id: application-kept
    title: The application is what it was
    rule: { type: app-kept, deployments: [web, "${p("backend")}"] }

fault:
  breaks: [users-are-served, reachable-by-name]
  steps:
    - patch: fault/service.yaml
      target: service/${p("backend")}
      type: json

diagnosis:
  question: What keeps the request from arriving?
  answers:
    - { text: The cause, correct: true }
    - { text: Something likely that is not the cause }

variants:
  1: { namespace: team-one, backend: orders, nodePort: 30090, wrongPort: 8090 }
  2: { namespace: team-two, backend: stock, nodePort: 30190, wrongPort: 3001 }
`,
	"ticket.md": `
**Subject:** ${p("backend")} does not answer

Tell what the user sees, in the user's words. Symptoms only.
`,
	"hints.md": `
## Where to begin

The first question to ask.

## Where to look

The command that shows it.

## What to look at

The line of its output that matters.
`,
	"debrief.md": `
# What it was

Why it broke, how to see it, how to prevent it.

\`\`\`
$ kubectl -n ${p("namespace")} get endpointslices -l kubernetes.io/service-name=${p("backend")}
\`\`\`
`,
	"baseline/web.yaml": `${workload("web", `\n            - { name: UPSTREAMS, value: "${p("backend")}=http://${p("backend")}" }`)}${service("web", "\n  type: NodePort")}    - { name: http, port: 80, targetPort: http, nodePort: ${p("nodePort")} }\n`,
	"baseline/backend.yaml": `${workload(p("backend"), "")}${service(p("backend"), "")}    - { name: http, port: 80, targetPort: http }\n`,
	"fault/service.yaml": `
- op: replace
  path: /spec/ports/0/targetPort
  value: ${p("wrongPort")}
`,
	"fixes/01-target-port.sh": `
kubectl -n "$namespace" patch service "$backend" --type json -p '[{"op": "replace", "path": "/spec/ports/0/targetPort", "value": "http"}]'
`,
	"fixes/02-recreate-the-service.sh": `
kubectl -n "$namespace" delete service "$backend"
kubectl -n "$namespace" expose deployment "$backend" --name "$backend" --port 80 --target-port 8080
`,
	"wrong/01-change-the-port.sh": `
# fails: reachable-by-name
# reason: connection refused
kubectl -n "$namespace" patch service "$backend" --type json -p '[{"op": "replace", "path": "/spec/ports/0/port", "value": 8080}]'
`,
	"wrong/02-address-in-the-client.sh": `
# fails: no-hard-coded-address
# reason: holds the address
address=$(kubectl -n "$namespace" get pods -l "app=$backend" -o jsonpath='{.items[0].status.podIP}')
kubectl -n "$namespace" set env deployment/web "UPSTREAMS=$backend=http://$address:8080"
kubectl -n "$namespace" rollout status deployment/web --timeout=90s
`,
};
