"use client";
import { Command } from "cmdk";
import { Dialog } from "radix-ui";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useId, useMemo, useState } from "react";
import { floatClass, overlayClass } from "./confirm.tsx";
import { Kbd } from "./kbd.tsx";
import { paletteMatch } from "./palette-match.ts";

/** Something that the command palette can do. */
export interface PaletteCommand {
	id: string;
	title: string;
	group: string;
	/** Further words that find it. */
	keywords?: string[];
	/** A key that does the same. */
	keys?: string;
	run: () => void;
}

interface Palette {
	open: () => void;
	offer: (owner: string, commands: readonly PaletteCommand[]) => void;
	withdraw: (owner: string) => void;
}

const PaletteContext = createContext<Palette | null>(null);

/** Offers commands for as long as the caller is on the page. `commands` must be memoised. */
export function usePaletteCommands(commands: readonly PaletteCommand[]): void {
	const palette = useContext(PaletteContext);
	const owner = useId();
	useEffect(() => {
		palette?.offer(owner, commands);
		return () => palette?.withdraw(owner);
	}, [palette, owner, commands]);
}

/** Opens the palette; does nothing outside a provider. */
export function useOpenPalette(): () => void {
	const palette = useContext(PaletteContext);
	return useCallback(() => palette?.open(), [palette]);
}

export function PaletteProvider({ children }: { children: ReactNode }) {
	const [isOpen, setOpen] = useState(false);
	const [offers, setOffers] = useState<ReadonlyMap<string, readonly PaletteCommand[]>>(new Map());
	const palette = useMemo<Palette>(
		() => ({
			open: () => setOpen(true),
			offer: (owner, commands) => setOffers((before) => new Map(before).set(owner, commands)),
			withdraw: (owner) =>
				setOffers((before) => {
					const after = new Map(before);
					after.delete(owner);
					return after;
				}),
		}),
		[],
	);
	useEffect(() => {
		// Before the terminal sees it: Ctrl+K is readline's, so there the palette takes Ctrl+Shift+K too.
		const onKey = (event: KeyboardEvent) => {
			if (event.code !== "KeyK" || event.altKey) return;
			const inTerminal = event.target instanceof Element && event.target.closest(".xterm") !== null;
			const asked = event.metaKey || (event.ctrlKey && (event.shiftKey || !inTerminal));
			if (!asked) return;
			event.preventDefault();
			event.stopPropagation();
			setOpen((before) => !before);
		};
		window.addEventListener("keydown", onKey, { capture: true });
		return () => window.removeEventListener("keydown", onKey, { capture: true });
	}, []);

	const groups = Map.groupBy([...offers.values()].flat(), (command) => command.group);
	return (
		<PaletteContext value={palette}>
			{children}
			<Dialog.Root open={isOpen} onOpenChange={setOpen}>
				<Dialog.Portal>
					<Dialog.Overlay className={overlayClass} />
					<Dialog.Content
						aria-describedby={undefined}
						className={`${floatClass} fixed top-[14vh] left-1/2 z-50 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 overflow-hidden`}
					>
						<Dialog.Title className="sr-only">Commands</Dialog.Title>
						<Command label="Commands" loop filter={paletteMatch}>
							<Command.Input
								placeholder="What do you want to do?"
								className="h-11 w-full border-b border-hairline bg-transparent px-4 text-base outline-none placeholder:text-muted"
							/>
							<Command.List className="max-h-[48vh] overflow-y-auto p-1.5" tabIndex={-1}>
								<Command.Empty className="px-3 py-6 text-center text-sm text-muted">Nothing has that name.</Command.Empty>
								{[...groups].map(([group, commands]) => (
									<Command.Group
										key={group}
										heading={group}
										className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
									>
										{commands.map((command) => (
											<Command.Item
												key={command.id}
												value={`${command.title} ${command.id}`}
												keywords={command.keywords}
												onSelect={() => {
													setOpen(false);
													command.run();
												}}
												className="flex min-h-9 cursor-default items-center justify-between gap-3 rounded-[5px] px-2.5 text-base data-[selected=true]:bg-accent-wash"
											>
												<span className="truncate">{command.title}</span>
												{command.keys ? <Kbd>{command.keys}</Kbd> : null}
											</Command.Item>
										))}
									</Command.Group>
								))}
							</Command.List>
						</Command>
					</Dialog.Content>
				</Dialog.Portal>
			</Dialog.Root>
		</PaletteContext>
	);
}
