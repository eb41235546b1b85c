"use client";
import { useCallback, useSyncExternalStore } from "react";

/** Whether a media query holds; null on the server and in the first paint, where nobody knows yet. */
export function useMedia(query: string): boolean | null {
	const subscribe = useCallback(
		(changed: () => void) => {
			const list = window.matchMedia(query);
			list.addEventListener("change", changed);
			return () => list.removeEventListener("change", changed);
		},
		[query],
	);
	return useSyncExternalStore<boolean | null>(
		subscribe,
		() => window.matchMedia(query).matches,
		() => null,
	);
}
