import { expect, test } from "vitest";
import { mutatingCommands, partsOf } from "./parts.ts";

test("a script falls into parts at its marks; what stands before the first is no part", () => {
	expect(partsOf("a=1\n# part: one\nx\n# part: two (optional: it only tidies up)\ny\n")).toEqual({
		preamble: "a=1",
		parts: [
			{ name: "one", optional: undefined, text: "x" },
			{ name: "two", optional: "it only tidies up", text: "y\n" },
		],
	});
	expect(partsOf("x\n")).toEqual({ preamble: "", parts: [{ name: "", optional: undefined, text: "x\n" }] });
});

test("commands that change the cluster are counted, not the text of manifests nor what only prints", () => {
	const one = (text: string) => expect(mutatingCommands(text)).toBe(1);
	one("kubectl -n \"$ns\" patch service a \\\n  -p '{}'");
	one("kubectl -n shop get deployment a -o yaml | sed s/a/b/ | kubectl replace --force -f -");
	one("kubectl create configmap a --from-file=b --dry-run=client -o yaml | kubectl apply -f -");
	one("kubectl apply -f - <<MANIFEST\nkubectl delete all\nkubectl apply\nMANIFEST\n");
	one("kubectl rollout restart deployment/a; kubectl rollout status deployment/a");
	expect(mutatingCommands("# kubectl delete pod a\nkubectl get pods --watch=false\nkubectl describe pod run")).toBe(0);
	expect(mutatingCommands("kubectl delete service a\nkubectl expose deployment a && helm upgrade --install b c")).toBe(3);
});
