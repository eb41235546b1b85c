"use client";
import { type RefObject, useEffect } from "react";

/** `/` puts the focus into a field, unless somebody is typing elsewhere. */
export function useSlash(field: RefObject<HTMLInputElement | null>): void {
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
			if (event.target instanceof HTMLElement && event.target.closest("input, textarea, [contenteditable], [role=dialog]")) return;
			event.preventDefault();
			field.current?.focus();
		};
		window.addEventListener("keydown", onKey);
		return () => window.removeEventListener("keydown", onKey);
	}, [field]);
}
