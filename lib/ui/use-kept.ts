"use client";
import { useCallback, useEffect, useState } from "react";

/**
 * A yes or no that the browser keeps; false in the first paint, and where the browser keeps nothing.
 * @param name of it, within Faultline
 */
export function useKept(name: string): [boolean, (value: boolean) => void] {
	const key = `faultline:${name}`;
	const [value, setValue] = useState(false);
	useEffect(() => {
		try {
			setValue(window.localStorage.getItem(key) === "yes");
		} catch {
			// A browser that allows no storage only forgets.
		}
	}, [key]);
	const keep = useCallback(
		(next: boolean) => {
			setValue(next);
			try {
				window.localStorage.setItem(key, next ? "yes" : "no");
			} catch {
				// As above.
			}
		},
		[key],
	);
	return [value, keep];
}
