"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { ThemeProvider as NextThemes, useTheme } from "next-themes";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { buttonClass } from "./button.tsx";
import { floatClass } from "./confirm.tsx";

export const themes = [
	{ value: "system", label: "As the system", Icon: Monitor },
	{ value: "light", label: "Light", Icon: Sun },
	{ value: "dark", label: "Dark", Icon: Moon },
] as const;

/** @param nonce of the page's Content-Security-Policy: the theme is set by an inline script, before the first paint */
export function ThemeProvider({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
	return (
		<NextThemes attribute="data-theme" defaultTheme="system" enableSystem disableTransitionOnChange nonce={nonce}>
			{children}
		</NextThemes>
	);
}

export function ThemeToggle() {
	const { theme, setTheme } = useTheme();
	return (
		<DropdownMenu.Root>
			<DropdownMenu.Trigger className={buttonClass({ tone: "ghost", size: "icon" })} aria-label="Theme">
				<Sun className="size-4 dark:hidden" aria-hidden />
				<Moon className="hidden size-4 dark:block" aria-hidden />
			</DropdownMenu.Trigger>
			<DropdownMenu.Portal>
				<DropdownMenu.Content align="end" sideOffset={6} className={`${floatClass} z-50 min-w-40 p-1`}>
					<DropdownMenu.RadioGroup value={theme ?? "system"} onValueChange={setTheme}>
						{themes.map(({ value, label, Icon }) => (
							<DropdownMenu.RadioItem
								key={value}
								value={value}
								className="flex h-8 cursor-default items-center gap-2 rounded-[4px] px-2 text-sm outline-none data-[highlighted]:bg-sunken data-[state=checked]:text-accent"
							>
								<Icon className="size-4" aria-hidden />
								{label}
							</DropdownMenu.RadioItem>
						))}
					</DropdownMenu.RadioGroup>
				</DropdownMenu.Content>
			</DropdownMenu.Portal>
		</DropdownMenu.Root>
	);
}
