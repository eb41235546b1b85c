"use client";
import { useRouter } from "next/navigation";
import { useCallback, useState } from "react";
import { startLab } from "../browser-api.ts";
import { sayError } from "../say-error.ts";

/** Starts a lab and goes to its page. `starting` is the scenario under way. */
export function useStart(): { starting: string | null; start: (slug: string) => void } {
	const router = useRouter();
	const [starting, setStarting] = useState<string | null>(null);
	const start = useCallback(
		(slug: string) => {
			setStarting(slug);
			startLab(slug).then(
				(lab) => router.push(`/labs/${lab.id}`),
				(error) => {
					setStarting(null);
					sayError(error);
				},
			);
		},
		[router],
	);
	return { starting, start };
}
