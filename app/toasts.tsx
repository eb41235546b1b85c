"use client";
import { Toaster } from "sonner";

export function Toasts() {
	return (
		<Toaster
			position="bottom-right"
			toastOptions={{
				unstyled: true,
				classNames: {
					toast:
						"flex w-[22rem] max-w-[calc(100vw-2rem)] gap-3 rounded-[8px] border border-hairline bg-raised p-3.5 text-sm text-ink shadow-float font-sans",
					title: "font-medium",
					description: "mt-0.5 text-muted",
					icon: "hidden",
				},
			}}
		/>
	);
}
