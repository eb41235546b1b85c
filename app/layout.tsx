import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { PaletteProvider } from "#lib/ui/palette.tsx";
import { ThemeProvider } from "#lib/ui/theme.tsx";
import { GeneralCommands } from "./general-commands.tsx";
import { Toasts } from "./toasts.tsx";

export const metadata: Metadata = {
	title: { default: "Faultline", template: "%s · Faultline" },
	description: "Troubleshoot Kubernetes networking on real clusters.",
	referrer: "no-referrer",
};

export const viewport: Viewport = {
	themeColor: [
		{ media: "(prefers-color-scheme: light)", color: "#faf9f6" },
		{ media: "(prefers-color-scheme: dark)", color: "#12151a" },
	],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
	// Reading a header also makes every page rendered per request, as its Content-Security-Policy needs.
	const nonce = (await headers()).get("x-nonce") ?? undefined;
	return (
		<html lang="en" suppressHydrationWarning>
			<body>
				<ThemeProvider nonce={nonce}>
					<PaletteProvider>
						<GeneralCommands />
						{children}
					</PaletteProvider>
					<Toasts />
				</ThemeProvider>
			</body>
		</html>
	);
}
