"use client";
import { useEffect, useState } from "react";

/**
 * The present time, renewed each second.
 * @param initial the server's time, so that the first paint is the same on both sides
 */
export function useNow(initial: number): number {
	const [now, setNow] = useState(initial);
	useEffect(() => {
		setNow(Date.now());
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, []);
	return now;
}
