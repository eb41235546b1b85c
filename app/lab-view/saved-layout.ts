"use client";
import { type LayoutStorage, useDefaultLayout } from "react-resizable-panels";

/** The browser's storage where it allows one; a browser that refuses only forgets the sizes. */
const storage: LayoutStorage = {
	getItem: (key) => {
		try {
			return window.localStorage.getItem(key);
		} catch {
			return null;
		}
	},
	setItem: (key, value) => {
		try {
			window.localStorage.setItem(key, value);
		} catch {
			// Private mode or a full storage.
		}
	},
};

/** Sizes of a group of panels, as the reader left them. */
export function useSavedLayout(id: string) {
	const { defaultLayout, onLayoutChanged } = useDefaultLayout({ id: `faultline:${id}`, storage, onlySaveAfterUserInteractions: true });
	return { defaultLayout, onLayoutChanged };
}
